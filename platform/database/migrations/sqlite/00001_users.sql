-- +goose Up
CREATE TABLE "users" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "username" text NOT NULL,
  "username_key" text NOT NULL,
  "password_hash" text NOT NULL,
  "age" integer NOT NULL,
  "gender" text NOT NULL,
  "role" text NOT NULL,
  "profile_image" text NOT NULL,
  "last_login" datetime,
  "follower_count" integer NOT NULL,
  "following_count" integer NOT NULL,
  "review_count" integer NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL
);
CREATE UNIQUE INDEX "idx_users_username_key" ON "users" ("username_key");
CREATE INDEX "idx_users_gender" ON "users" ("gender", "id");
CREATE INDEX "idx_users_age" ON "users" ("age", "id");
CREATE INDEX "idx_users_role" ON "users" ("role");

-- +goose Down
DROP TABLE "users";
