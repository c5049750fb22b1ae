-- +goose Up
CREATE TABLE "movie_reactions" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "type" text NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_movie_reactions_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_movie_reactions_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_movie_reactions_user_movie" ON "movie_reactions" ("user_id", "movie_id");
CREATE INDEX "idx_movie_reactions_movie" ON "movie_reactions" ("movie_id");

-- +goose Down
DROP TABLE "movie_reactions";
