-- +goose Up
ALTER TABLE "movies" ADD COLUMN "release_date" text NOT NULL DEFAULT '';
ALTER TABLE "movies" ADD COLUMN "release_year" integer NOT NULL DEFAULT 0;
ALTER TABLE "movies" ADD COLUMN "details" mediumtext NOT NULL DEFAULT '';
CREATE INDEX "idx_movies_release" ON "movies" ("release_date", "id");
CREATE INDEX "idx_movies_year" ON "movies" ("release_year", "id");
CREATE INDEX "idx_movies_year_title" ON "movies" ("release_year", "title_key", "id");
CREATE INDEX "idx_movies_year_likes" ON "movies" ("release_year", "like_count", "id");
-- A film has several genres now. This table has what the lists of a genre are sorted by.
DROP INDEX "idx_movies_genre";
DROP INDEX "idx_movies_genre_likes";
DROP INDEX "idx_movies_genre_title";
CREATE TABLE "movie_genres" (
  "movie_id" integer NOT NULL,
  "genre" text NOT NULL,
  "title_key" text NOT NULL,
  "like_count" integer NOT NULL,
  "release_date" text NOT NULL,
  "review_count" integer NOT NULL,
  "rating_count" integer NOT NULL,
  "rating_score" integer NOT NULL,
  PRIMARY KEY ("movie_id", "genre"),
  CONSTRAINT "fk_movie_genres_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "movie_genres" ("movie_id", "genre", "title_key", "like_count", "release_date", "review_count", "rating_count", "rating_score")
SELECT "id", "genre", "title_key", "like_count", '', "review_count", 0, 0 FROM "movies" WHERE "genre" <> '';
CREATE INDEX "idx_movie_genres_genre" ON "movie_genres" ("genre", "movie_id");
CREATE INDEX "idx_movie_genres_title" ON "movie_genres" ("genre", "title_key", "movie_id");
CREATE INDEX "idx_movie_genres_likes" ON "movie_genres" ("genre", "like_count", "movie_id");
CREATE INDEX "idx_movie_genres_release" ON "movie_genres" ("genre", "release_date", "movie_id");
CREATE INDEX "idx_movie_genres_reviews" ON "movie_genres" ("genre", "review_count", "movie_id");
CREATE INDEX "idx_movie_genres_ratings" ON "movie_genres" ("genre", "rating_count", "movie_id");
CREATE INDEX "idx_movie_genres_score" ON "movie_genres" ("genre", "rating_score", "movie_id");
CREATE TABLE "movie_titles" (
  "movie_id" integer NOT NULL,
  "title" text NOT NULL,
  "title_key" text NOT NULL,
  PRIMARY KEY ("movie_id", "title"),
  CONSTRAINT "fk_movie_titles_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX "idx_movie_titles_key" ON "movie_titles" ("title_key", "movie_id");
CREATE TABLE "movie_people" (
  "movie_id" integer NOT NULL,
  "name_key" text NOT NULL,
  PRIMARY KEY ("movie_id", "name_key"),
  CONSTRAINT "fk_movie_people_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX "idx_movie_people_name" ON "movie_people" ("name_key", "movie_id");
CREATE TABLE "movie_external_ids" (
  "kind" text NOT NULL,
  "value" text NOT NULL,
  "movie_id" integer NOT NULL,
  PRIMARY KEY ("kind", "value"),
  CONSTRAINT "fk_movie_external_ids_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX "idx_movie_external_ids_movie" ON "movie_external_ids" ("movie_id");
-- Names are folded by the program, so it goes through all films once more, as it does to build the index of titles.
UPDATE "movie_gram_builds" SET
  "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN 1 ELSE "next_id" END,
  "since" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN strftime('%Y-%m-%d %H:%M:%f+00:00', 'now') ELSE "since" END;

-- +goose Down
DROP TABLE "movie_external_ids";
DROP TABLE "movie_people";
DROP TABLE "movie_titles";
DROP TABLE "movie_genres";
DROP INDEX "idx_movies_year_likes";
DROP INDEX "idx_movies_year_title";
DROP INDEX "idx_movies_year";
DROP INDEX "idx_movies_release";
ALTER TABLE "movies" DROP COLUMN "details";
ALTER TABLE "movies" DROP COLUMN "release_year";
ALTER TABLE "movies" DROP COLUMN "release_date";
CREATE INDEX "idx_movies_genre" ON "movies" ("genre", "id");
CREATE INDEX "idx_movies_genre_likes" ON "movies" ("genre", "like_count", "id");
CREATE INDEX "idx_movies_genre_title" ON "movies" ("genre", "title_key", "id");
-- The version before this one knows neither other titles nor further genres.
DELETE FROM "movie_grams";
UPDATE "movie_gram_builds" SET "next_id" = CASE WHEN EXISTS (SELECT 1 FROM "movies") THEN 1 ELSE "next_id" END;
