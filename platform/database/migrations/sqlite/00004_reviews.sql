-- +goose Up
CREATE TABLE "reviews" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "title" text NOT NULL,
  "content" mediumtext NOT NULL,
  "image" text NOT NULL,
  "like_count" integer NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_reviews_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_reviews_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_reviews_user_movie" ON "reviews" ("user_id", "movie_id");
CREATE INDEX "idx_reviews_user" ON "reviews" ("user_id", "id");
CREATE INDEX "idx_reviews_movie" ON "reviews" ("movie_id", "id");
CREATE INDEX "idx_reviews_movie_likes" ON "reviews" ("movie_id", "like_count", "id");

-- +goose Down
DROP TABLE "reviews";
