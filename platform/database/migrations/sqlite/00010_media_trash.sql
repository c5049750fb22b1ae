-- +goose Up
CREATE TABLE "media_trash" (
  "storage_key" text NOT NULL PRIMARY KEY,
  "due_at" datetime NOT NULL
);
CREATE INDEX "idx_media_trash_due" ON "media_trash" ("due_at");

-- +goose Down
DROP TABLE "media_trash";
