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
-- Has all that a feed wants to know of whom a member follows.
CREATE INDEX "idx_follows_set" ON "follows" ("follower_id", "is_following", "following_id");
-- What there is already. A rating that came with a review or a viewing is no activity of its own: theirs shows it.
INSERT INTO "activities" ("user_id", "type", "object_id", "movie_id", "created_at")
SELECT "user_id", "type", "object_id", "movie_id", "at" FROM (
  SELECT "user_id", 1 AS "type", "id" AS "object_id", "movie_id", "created_at" AS "at" FROM "reviews"
  UNION ALL SELECT "user_id", 2, "id", "movie_id", "rated_at" FROM "movie_ratings" AS "r"
    WHERE NOT EXISTS (SELECT 1 FROM "reviews" AS "w"
      WHERE "w"."user_id" = "r"."user_id" AND "w"."movie_id" = "r"."movie_id" AND "w"."created_at" = "r"."rated_at")
    AND NOT EXISTS (SELECT 1 FROM "viewings" AS "v"
      WHERE "v"."movie_id" = "r"."movie_id" AND "v"."user_id" = "r"."user_id" AND "v"."rating" = "r"."rating"
      AND (ABS(julianday("r"."rated_at") - julianday("v"."created_at")) < 2.0 / 86400
        OR ABS(julianday("r"."rated_at") - julianday("v"."updated_at")) < 2.0 / 86400))
  UNION ALL SELECT "user_id", 3, "id", "movie_id", "created_at" FROM "viewings"
  UNION ALL SELECT "user_id", 4, "id", NULL, "created_at" FROM "lists" WHERE "is_public"
  UNION ALL SELECT "c"."user_id", 5, "c"."id", "w"."movie_id", "c"."created_at"
    FROM "comments" AS "c" JOIN "reviews" AS "w" ON "w"."id" = "c"."review_id" WHERE "c"."user_id" IS NOT NULL
) ORDER BY "at", "type", "object_id";

-- +goose Down
DROP INDEX "idx_follows_set";
DROP TABLE "activities";
