-- +goose Up
CREATE TABLE "movie_grams" (
  "gram" integer NOT NULL,
  "block" integer NOT NULL,
  "films" blob NOT NULL,
  PRIMARY KEY ("gram", "block")
) WITHOUT ROWID;
CREATE TABLE "movie_gram_builds" (
  "id" integer PRIMARY KEY,
  "next_id" integer NOT NULL,
  "since" datetime NOT NULL
);
-- Films that are there already are indexed by the program, which is why search starts without the index.
INSERT INTO "movie_gram_builds" ("id", "next_id", "since")
SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN 1 ELSE 9223372036854775807 END, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now');

-- +goose Down
DROP TABLE "movie_gram_builds";
DROP TABLE "movie_grams";
