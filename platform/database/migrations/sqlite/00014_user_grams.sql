-- +goose Up
CREATE TABLE "user_grams" (
  "gram" integer NOT NULL,
  "block" integer NOT NULL,
  "users" blob NOT NULL,
  PRIMARY KEY ("gram", "block")
) WITHOUT ROWID;
CREATE TABLE "user_gram_builds" (
  "id" integer PRIMARY KEY,
  "next_id" integer NOT NULL
);
-- Accounts that are there already are indexed by the program, which is why search starts without the index.
INSERT INTO "user_gram_builds" ("id", "next_id")
SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM "users") THEN 1 ELSE 9223372036854775807 END;

-- +goose Down
DROP TABLE "user_gram_builds";
DROP TABLE "user_grams";
