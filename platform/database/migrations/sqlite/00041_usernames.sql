-- +goose Up
CREATE TABLE "held_names" (
  "username_key" text NOT NULL PRIMARY KEY,
  "user_id" integer NOT NULL,
  "until" datetime NOT NULL
);
CREATE INDEX "idx_held_names_until" ON "held_names" ("until");

-- +goose Down
DROP TABLE "held_names";
