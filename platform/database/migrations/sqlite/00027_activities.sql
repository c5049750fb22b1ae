-- +goose Up
-- What members did, for those who follow them. The types are 1 review, 2 rating, 3 viewing, 4 list, 5 comment.
CREATE TABLE "activities" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "type" integer NOT NULL,
  "object_id" integer NOT NULL,
  "movie_id" integer,
  "created_at" datetime NOT NULL,
  CONSTRAINT "fk_activities_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_activities_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_activities_object" ON "activities" ("object_id", "type");
CREATE INDEX "idx_activities_user" ON "activities" ("user_id", "id");
CREATE INDEX "idx_activities_user_type" ON "activities" ("user_id", "type", "id");
CREATE INDEX "idx_activities_movie" ON "activities" ("movie_id");

-- +goose Down
DROP TABLE "activities";
