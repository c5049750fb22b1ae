-- +goose Up
-- Why a review is hidden, as bits: 1 a moderator hid it, 2 its film is hidden. 0: it is not.
ALTER TABLE "reviews" ADD COLUMN "hidden" integer NOT NULL DEFAULT 0;
ALTER TABLE "comments" ADD COLUMN "hidden" numeric NOT NULL DEFAULT false;
ALTER TABLE "lists" ADD COLUMN "hidden" numeric NOT NULL DEFAULT false;
-- Images that are hidden: their files are below another key that nobody is told, or on the way there or back until
-- due_at is NULL.
CREATE TABLE "media_hidden" (
  "storage_key" text NOT NULL PRIMARY KEY,
  "hidden_key" text NOT NULL,
  "hidden" numeric NOT NULL,
  "due_at" datetime
);
CREATE INDEX "idx_media_hidden_due" ON "media_hidden" ("due_at");

-- +goose Down
DROP TABLE "media_hidden";
ALTER TABLE "lists" DROP COLUMN "hidden";
ALTER TABLE "comments" DROP COLUMN "hidden";
ALTER TABLE "reviews" DROP COLUMN "hidden";
