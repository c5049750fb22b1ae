-- +goose Up
CREATE TABLE "watched_films" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "marked_at" datetime NOT NULL,
  CONSTRAINT "fk_watched_films_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_watched_films_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_watched_films_pair" ON "watched_films" ("movie_id", "user_id");
CREATE INDEX "idx_watched_films_user" ON "watched_films" ("user_id", "marked_at", "id");
CREATE TABLE "watchlist_films" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "added_at" datetime NOT NULL,
  CONSTRAINT "fk_watchlist_films_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_watchlist_films_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_watchlist_films_pair" ON "watchlist_films" ("movie_id", "user_id");
CREATE INDEX "idx_watchlist_films_user" ON "watchlist_films" ("user_id", "added_at", "id");
CREATE TABLE "viewings" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "watched_on" integer NOT NULL,
  "rewatch" numeric NOT NULL,
  "rating" integer,
  "note" text,
  "tags" text NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_viewings_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_viewings_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
-- Has what statistics count of viewings.
CREATE INDEX "idx_viewings_user" ON "viewings" ("user_id", "watched_on", "id", "movie_id", "rewatch");
CREATE INDEX "idx_viewings_film" ON "viewings" ("movie_id", "user_id", "watched_on", "id");
CREATE TABLE "viewing_tags" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "viewing_id" integer NOT NULL,
  "user_id" integer NOT NULL,
  "tag_key" text NOT NULL,
  "watched_on" integer NOT NULL,
  CONSTRAINT "fk_viewing_tags_viewing_id" FOREIGN KEY ("viewing_id") REFERENCES "viewings" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_viewing_tags_viewing" ON "viewing_tags" ("viewing_id", "tag_key");
CREATE INDEX "idx_viewing_tags_user" ON "viewing_tags" ("user_id", "tag_key", "watched_on", "viewing_id");
-- Statistics count the reviews of a year.
CREATE INDEX "idx_reviews_user_created" ON "reviews" ("user_id", "created_at");
ALTER TABLE "users" ADD COLUMN "watched_count" integer NOT NULL DEFAULT 0;
ALTER TABLE "users" ADD COLUMN "diary_version" integer NOT NULL DEFAULT 0;
-- Who has reviewed a film has watched it.
INSERT INTO "watched_films" ("user_id", "movie_id", "marked_at") SELECT "user_id", "movie_id", "created_at" FROM "reviews" ORDER BY "created_at", "id";
UPDATE "users" SET "watched_count" = (SELECT COUNT(*) FROM "watched_films" WHERE "watched_films"."user_id" = "users"."id");

-- +goose Down
ALTER TABLE "users" DROP COLUMN "diary_version";
DROP INDEX "idx_reviews_user_created";
ALTER TABLE "users" DROP COLUMN "watched_count";
DROP TABLE "viewing_tags";
DROP TABLE "viewings";
DROP TABLE "watchlist_films";
DROP TABLE "watched_films";
