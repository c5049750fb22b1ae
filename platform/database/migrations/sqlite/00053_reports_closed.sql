-- +goose Up
DROP INDEX "idx_reports_target";
CREATE INDEX "idx_reports_target" ON "reports" ("target_type", "target_id", "is_open", "closed_at");

-- +goose Down
DROP INDEX "idx_reports_target";
CREATE INDEX "idx_reports_target" ON "reports" ("target_type", "target_id", "is_open");
