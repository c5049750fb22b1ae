-- +goose Up
-- is_open is null once a report is closed, so that there is one open report at most, and any number of closed ones.
CREATE TABLE "reports" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "target_type" text NOT NULL,
  "target_id" integer NOT NULL,
  "author_id" integer,
  "reporter_id" integer,
  "is_open" numeric,
  "reason" text NOT NULL,
  "note" text NOT NULL,
  "snapshot" mediumtext NOT NULL,
  "action" text NOT NULL,
  "closed_by" integer,
  "closed_at" datetime,
  "created_at" datetime NOT NULL,
  CONSTRAINT "fk_reports_author_id" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE SET NULL,
  CONSTRAINT "fk_reports_reporter_id" FOREIGN KEY ("reporter_id") REFERENCES "users" ("id") ON DELETE SET NULL,
  CONSTRAINT "fk_reports_closed_by" FOREIGN KEY ("closed_by") REFERENCES "users" ("id") ON DELETE SET NULL
);
CREATE UNIQUE INDEX "idx_reports_reporter" ON "reports" ("reporter_id", "target_type", "target_id", "is_open");
CREATE INDEX "idx_reports_open" ON "reports" ("is_open", "id");
CREATE INDEX "idx_reports_type" ON "reports" ("is_open", "target_type", "id");
CREATE INDEX "idx_reports_target" ON "reports" ("target_type", "target_id", "is_open");
CREATE INDEX "idx_reports_author" ON "reports" ("author_id", "is_open");
CREATE INDEX "idx_reports_closed_by" ON "reports" ("closed_by");
CREATE INDEX "idx_moderation_log_action" ON "moderation_log" ("action", "id");
CREATE INDEX "idx_moderation_log_actor" ON "moderation_log" ("actor_id", "id");
CREATE INDEX "idx_moderation_log_target" ON "moderation_log" ("target_type", "target_id", "id");

-- +goose Down
DROP INDEX "idx_moderation_log_target";
DROP INDEX "idx_moderation_log_actor";
DROP INDEX "idx_moderation_log_action";
DROP TABLE "reports";
