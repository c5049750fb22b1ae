-- +goose Up
CREATE TABLE "follows" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "follower_id" integer NOT NULL,
  "following_id" integer NOT NULL,
  "is_following" numeric NOT NULL,
  "followed_at" datetime NOT NULL,
  CONSTRAINT "fk_follows_follower_id" FOREIGN KEY ("follower_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_follows_following_id" FOREIGN KEY ("following_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_follows_pair" ON "follows" ("follower_id", "following_id");
CREATE INDEX "idx_follows_followings" ON "follows" ("follower_id", "is_following", "followed_at", "id");
CREATE INDEX "idx_follows_followers" ON "follows" ("following_id", "is_following", "followed_at", "id");

-- +goose Down
DROP TABLE "follows";
