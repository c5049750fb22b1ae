-- +goose Up
ALTER TABLE "reviews" ADD COLUMN "spoiler" numeric NOT NULL DEFAULT false;
ALTER TABLE "reviews" ADD COLUMN "comments" text NOT NULL DEFAULT 'everyone';
ALTER TABLE "reviews" ADD COLUMN "comment_count" integer NOT NULL DEFAULT 0;
-- A comment without an author is deleted; it stays while there are replies to it. reply_to has no foreign key: neither
-- database deletes a long chain of replies by one.
CREATE TABLE "comments" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "review_id" integer NOT NULL,
  "user_id" integer,
  "reply_to" integer,
  "content" text NOT NULL,
  "spoiler" numeric NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_comments_review_id" FOREIGN KEY ("review_id") REFERENCES "reviews" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_comments_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL
);
CREATE INDEX "idx_comments_review" ON "comments" ("review_id", "id");
CREATE INDEX "idx_comments_user" ON "comments" ("user_id", "review_id", "id");
CREATE INDEX "idx_comments_reply" ON "comments" ("reply_to");

-- +goose Down
DROP TABLE "comments";
ALTER TABLE "reviews" DROP COLUMN "comment_count";
ALTER TABLE "reviews" DROP COLUMN "comments";
ALTER TABLE "reviews" DROP COLUMN "spoiler";
