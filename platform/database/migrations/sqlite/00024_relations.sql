-- +goose Up
ALTER TABLE "users" ADD COLUMN "is_private" numeric NOT NULL DEFAULT 0;
ALTER TABLE "users" ADD COLUMN "show_facts" numeric NOT NULL DEFAULT 1;
ALTER TABLE "users" ADD COLUMN "language" text NOT NULL DEFAULT 'auto';
ALTER TABLE "users" ADD COLUMN "spoilers" text NOT NULL DEFAULT 'unless_watched';
ALTER TABLE "users" ADD COLUMN "silenced" text NOT NULL DEFAULT '';
ALTER TABLE "users" ADD COLUMN "hides_count" integer NOT NULL DEFAULT 0;
DROP INDEX "idx_users_age";
DROP INDEX "idx_users_gender";
CREATE INDEX "idx_users_age" ON "users" ("age", "show_facts", "id");
CREATE INDEX "idx_users_gender" ON "users" ("gender", "show_facts", "id");
CREATE TABLE "blocks" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "blocked_id" integer NOT NULL,
  "blocked_at" datetime NOT NULL,
  CONSTRAINT "fk_blocks_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_blocks_blocked_id" FOREIGN KEY ("blocked_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_blocks_pair" ON "blocks" ("user_id", "blocked_id");
CREATE INDEX "idx_blocks_blocked" ON "blocks" ("blocked_id", "user_id");
CREATE INDEX "idx_blocks_list" ON "blocks" ("user_id", "blocked_at", "id");
CREATE TABLE "mutes" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "muted_id" integer NOT NULL,
  "muted_at" datetime NOT NULL,
  CONSTRAINT "fk_mutes_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_mutes_muted_id" FOREIGN KEY ("muted_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_mutes_pair" ON "mutes" ("user_id", "muted_id");
CREATE INDEX "idx_mutes_muted" ON "mutes" ("muted_id", "user_id");
CREATE INDEX "idx_mutes_list" ON "mutes" ("user_id", "muted_at", "id");
CREATE TABLE "follow_requests" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "follower_id" integer NOT NULL,
  "following_id" integer NOT NULL,
  "requested_at" datetime NOT NULL,
  CONSTRAINT "fk_follow_requests_follower_id" FOREIGN KEY ("follower_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_follow_requests_following_id" FOREIGN KEY ("following_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_follow_requests_pair" ON "follow_requests" ("follower_id", "following_id");
CREATE INDEX "idx_follow_requests_list" ON "follow_requests" ("following_id", "requested_at", "id");

-- +goose Down
DROP TABLE "follow_requests";
DROP TABLE "mutes";
DROP TABLE "blocks";
DROP INDEX "idx_users_gender";
DROP INDEX "idx_users_age";
CREATE INDEX "idx_users_age" ON "users" ("age", "id");
CREATE INDEX "idx_users_gender" ON "users" ("gender", "id");
ALTER TABLE "users" DROP COLUMN "hides_count";
ALTER TABLE "users" DROP COLUMN "silenced";
ALTER TABLE "users" DROP COLUMN "spoilers";
ALTER TABLE "users" DROP COLUMN "language";
ALTER TABLE "users" DROP COLUMN "show_facts";
ALTER TABLE "users" DROP COLUMN "is_private";
