-- +goose Up
ALTER TABLE "notifications" ADD COLUMN "movie_id" integer;
ALTER TABLE "notifications" ADD COLUMN "comment_id" integer;
ALTER TABLE "notifications" ADD COLUMN "target_id" integer NOT NULL DEFAULT 0;
ALTER TABLE "notifications" ADD COLUMN "is_newest" numeric NOT NULL DEFAULT 0;
ALTER TABLE "notifications" ADD COLUMN "hidden" numeric NOT NULL DEFAULT 0;
-- All notifications of a member that have the same type and target, without the hidden ones.
CREATE TABLE "notification_groups" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "type" text NOT NULL,
  "target_id" integer NOT NULL,
  "total" integer NOT NULL,
  "unread" integer NOT NULL,
  "people" integer NOT NULL,
  "is_unread" numeric NOT NULL,
  "last_seq" integer NOT NULL,
  CONSTRAINT "fk_notification_groups_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
UPDATE "notifications" SET
  "target_id" = COALESCE("review_id", "list_id", 0),
  "movie_id" = (SELECT "movie_id" FROM "reviews" WHERE "reviews"."id" = "notifications"."review_id");
-- The events of a deleted account are nobody's, so each counts for itself.
UPDATE "notifications" SET "is_newest" = 1 WHERE ("user_id", "seq") IN (
  SELECT "user_id", MAX("seq") FROM "notifications" GROUP BY "user_id", "type", "target_id", COALESCE("actor_id", -"id"));
INSERT INTO "notification_groups" ("user_id", "type", "target_id", "total", "unread", "people", "is_unread", "last_seq")
  SELECT "user_id", "type", "target_id", COUNT(*), SUM("read_at" IS NULL), SUM("is_newest"), MAX("read_at" IS NULL), MAX("seq")
  FROM "notifications" GROUP BY "user_id", "type", "target_id";
CREATE UNIQUE INDEX "idx_notification_groups_target" ON "notification_groups" ("user_id", "type", "target_id");
CREATE INDEX "idx_notification_groups_last" ON "notification_groups" ("user_id", "last_seq");
CREATE INDEX "idx_notification_groups_unread" ON "notification_groups" ("user_id", "is_unread", "last_seq");
DROP INDEX "idx_notifications_same";
DROP INDEX "idx_notifications_actor";
CREATE INDEX "idx_notifications_actor" ON "notifications" ("actor_id", "user_id", "type", "target_id");
CREATE INDEX "idx_notifications_group" ON "notifications" ("user_id", "type", "target_id", "is_newest", "seq");
CREATE INDEX "idx_notifications_movie" ON "notifications" ("movie_id");

-- +goose Down
DROP INDEX "idx_notifications_movie";
DROP INDEX "idx_notifications_group";
DROP INDEX "idx_notifications_actor";
CREATE INDEX "idx_notifications_actor" ON "notifications" ("actor_id");
CREATE INDEX "idx_notifications_same" ON "notifications" ("user_id", "type", "actor_id", "review_id");
DROP TABLE "notification_groups";
ALTER TABLE "notifications" DROP COLUMN "hidden";
ALTER TABLE "notifications" DROP COLUMN "is_newest";
ALTER TABLE "notifications" DROP COLUMN "target_id";
ALTER TABLE "notifications" DROP COLUMN "comment_id";
ALTER TABLE "notifications" DROP COLUMN "movie_id";
