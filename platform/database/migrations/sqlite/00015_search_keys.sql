-- +goose Up
-- Titles get another key: the program stores it and indexes all films again, beside the service.
DELETE FROM "movie_grams";
UPDATE "movie_gram_builds" SET
  "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN 1 ELSE 9223372036854775807 END,
  "since" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN strftime('%Y-%m-%d %H:%M:%f+00:00', 'now') ELSE '1970-01-01 00:00:00.000+00:00' END;
-- Usernames get a key for searches beside the one that makes them unique.
ALTER TABLE "users" ADD COLUMN "search_key" text NOT NULL DEFAULT '';
CREATE INDEX "idx_users_search_key" ON "users" ("search_key", "id");
DELETE FROM "user_grams";
UPDATE "user_gram_builds" SET "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "users") THEN 1 ELSE 9223372036854775807 END;

-- +goose Down
DROP INDEX "idx_users_search_key";
ALTER TABLE "users" DROP COLUMN "search_key";
DELETE FROM "user_grams";
UPDATE "user_gram_builds" SET "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "users") THEN 1 ELSE 9223372036854775807 END;
-- Close to the key of the version before, which folded more letters than A to Z.
UPDATE "movies" SET "title_key" = LOWER("title");
DELETE FROM "movie_grams";
UPDATE "movie_gram_builds" SET "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN 1 ELSE 9223372036854775807 END;
