-- +goose Up
ALTER TABLE "users" ADD COLUMN "bio" text NOT NULL DEFAULT '';
-- Films that were merged into another. from_id names no row any more.
CREATE TABLE "movie_merges" (
  "from_id" integer NOT NULL PRIMARY KEY,
  "into_id" integer NOT NULL REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_movie_merges_into" ON "movie_merges" ("into_id");

-- +goose Down
DROP TABLE "movie_merges";
ALTER TABLE "users" DROP COLUMN "bio";
