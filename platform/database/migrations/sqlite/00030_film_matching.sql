-- +goose Up
-- What imports find films by, and what they remember. Rows of films that are gone do no harm: ids are never used again.
CREATE TABLE "movie_title_hashes" (
  "hash" integer NOT NULL,
  "movie_id" integer NOT NULL,
  PRIMARY KEY ("hash", "movie_id")
) WITHOUT ROWID;
CREATE TABLE "movie_sources" (
  "source_key" text NOT NULL PRIMARY KEY,
  "movie_id" integer NOT NULL,
  "row_hash" integer NOT NULL
) WITHOUT ROWID;
-- Titles are folded by the program, so it goes through all films once more, as it does to build the index of titles.
UPDATE "movie_gram_builds" SET
  "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN 1 ELSE "next_id" END,
  "since" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN strftime('%Y-%m-%d %H:%M:%f+00:00', 'now') ELSE "since" END;

-- +goose Down
DROP TABLE "movie_sources";
DROP TABLE "movie_title_hashes";
