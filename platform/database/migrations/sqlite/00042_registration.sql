-- +goose Up
ALTER TABLE "users" ADD COLUMN "status" text NOT NULL DEFAULT 'active';
ALTER TABLE "users" ADD COLUMN "status_reason" text NOT NULL DEFAULT '';
ALTER TABLE "users" ADD COLUMN "suspended_until" datetime;
ALTER TABLE "users" ADD COLUMN "application" text NOT NULL DEFAULT '';
ALTER TABLE "users" ADD COLUMN "invited_by" integer;
CREATE INDEX "idx_users_status" ON "users" ("status", "id");
CREATE TABLE "invites" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "code" text NOT NULL,
  "uses_left" integer NOT NULL,
  "created_at" datetime NOT NULL,
  "expires_at" datetime,
  CONSTRAINT "fk_invites_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_invites_code" ON "invites" ("code");
CREATE INDEX "idx_invites_user" ON "invites" ("user_id", "id");
-- Without foreign keys: nothing leaves the log.
CREATE TABLE "moderation_log" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "actor_id" integer,
  "action" text NOT NULL,
  "target_type" text NOT NULL,
  "target_id" integer NOT NULL,
  "note" text NOT NULL,
  "created_at" datetime NOT NULL
);

-- +goose Down
DROP TABLE "moderation_log";
DROP TABLE "invites";
DROP INDEX "idx_users_status";
ALTER TABLE "users" DROP COLUMN "invited_by";
ALTER TABLE "users" DROP COLUMN "application";
ALTER TABLE "users" DROP COLUMN "suspended_until";
ALTER TABLE "users" DROP COLUMN "status_reason";
ALTER TABLE "users" DROP COLUMN "status";
