-- +goose Up
CREATE TABLE "movies" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "title" text NOT NULL,
  "title_key" text NOT NULL,
  "plot" mediumtext NOT NULL,
  "cast_members" mediumtext NOT NULL,
  "playtime" integer NOT NULL,
  "genre" text NOT NULL,
  "poster_image" text NOT NULL,
  "created_by" integer,
  "like_count" integer NOT NULL,
  "dislike_count" integer NOT NULL,
  "review_count" integer NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_movies_created_by" FOREIGN KEY ("created_by") REFERENCES "users" ("id") ON DELETE SET NULL
);
CREATE INDEX "idx_movies_title" ON "movies" ("title_key", "id");
CREATE INDEX "idx_movies_likes" ON "movies" ("like_count", "id");
CREATE INDEX "idx_movies_genre" ON "movies" ("genre", "id");
CREATE INDEX "idx_movies_genre_likes" ON "movies" ("genre", "like_count", "id");
CREATE INDEX "idx_movies_genre_title" ON "movies" ("genre", "title_key", "id");
CREATE INDEX "idx_movies_created_by" ON "movies" ("created_by");

-- +goose Down
DROP TABLE "movies";
