-- +goose Up
ALTER TABLE "users" ADD COLUMN "rating_count" integer NOT NULL DEFAULT 0;
ALTER TABLE "movies" ADD COLUMN "rating_count" integer NOT NULL DEFAULT 0;
ALTER TABLE "movies" ADD COLUMN "rating_sum" integer NOT NULL DEFAULT 0;
ALTER TABLE "movies" ADD COLUMN "rating_score" integer NOT NULL DEFAULT 0;
CREATE INDEX "idx_movies_score" ON "movies" ("rating_score", "id");
CREATE INDEX "idx_movies_year_score" ON "movies" ("release_year", "rating_score", "id");
CREATE INDEX "idx_movies_ratings" ON "movies" ("rating_count", "id");
CREATE INDEX "idx_movies_reviews" ON "movies" ("review_count", "id");
CREATE TABLE "movie_ratings" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "rating" integer NOT NULL,
  "rated_at" datetime NOT NULL,
  CONSTRAINT "fk_movie_ratings_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_movie_ratings_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_movie_ratings_pair" ON "movie_ratings" ("movie_id", "user_id");
CREATE INDEX "idx_movie_ratings_user" ON "movie_ratings" ("user_id", "rated_at", "id");
CREATE INDEX "idx_movie_ratings_user_rating" ON "movie_ratings" ("user_id", "rating", "rated_at", "id");
-- How many members gave a film each number of half-stars. A film that nobody ever rated has no row.
CREATE TABLE "rating_histograms" (
  "movie_id" integer NOT NULL PRIMARY KEY,
  "half1" integer NOT NULL,
  "half2" integer NOT NULL,
  "half3" integer NOT NULL,
  "half4" integer NOT NULL,
  "half5" integer NOT NULL,
  "half6" integer NOT NULL,
  "half7" integer NOT NULL,
  "half8" integer NOT NULL,
  "half9" integer NOT NULL,
  "half10" integer NOT NULL,
  CONSTRAINT "fk_rating_histograms_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);

-- +goose Down
DROP TABLE "rating_histograms";
DROP TABLE "movie_ratings";
DROP INDEX "idx_movies_reviews";
DROP INDEX "idx_movies_ratings";
DROP INDEX "idx_movies_year_score";
DROP INDEX "idx_movies_score";
ALTER TABLE "movies" DROP COLUMN "rating_score";
ALTER TABLE "movies" DROP COLUMN "rating_sum";
ALTER TABLE "movies" DROP COLUMN "rating_count";
ALTER TABLE "users" DROP COLUMN "rating_count";
