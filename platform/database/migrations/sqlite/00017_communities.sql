-- +goose Up
CREATE TABLE "communities" (
  "id" integer NOT NULL PRIMARY KEY,
  "uid" text NOT NULL,
  "created_at" datetime NOT NULL,
  "upgraded_at" datetime
);

-- +goose Down
DROP TABLE "communities";
