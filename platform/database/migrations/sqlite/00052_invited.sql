-- +goose Up
CREATE INDEX "idx_users_invited" ON "users" ("invited_by", "id");

-- +goose Down
DROP INDEX "idx_users_invited";
