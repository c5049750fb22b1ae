-- +goose Up
CREATE TABLE "lists" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "title" text NOT NULL,
  "description" text NOT NULL,
  "ranked" numeric NOT NULL,
  "is_public" numeric NOT NULL,
  "item_count" integer NOT NULL,
  "like_count" integer NOT NULL,
  "version" integer NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_lists_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_lists_updated" ON "lists" ("is_public", "updated_at", "id");
CREATE INDEX "idx_lists_likes" ON "lists" ("is_public", "like_count", "id");
CREATE INDEX "idx_lists_user" ON "lists" ("user_id", "is_public", "updated_at", "id");
CREATE INDEX "idx_lists_user_likes" ON "lists" ("user_id", "is_public", "like_count", "id");
CREATE TABLE "list_items" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "list_id" integer NOT NULL,
  "movie_id" integer NOT NULL,
  "position" integer NOT NULL,
  "note" text NOT NULL,
  CONSTRAINT "fk_list_items_list_id" FOREIGN KEY ("list_id") REFERENCES "lists" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_list_items_movie_id" FOREIGN KEY ("movie_id") REFERENCES "movies" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_list_items_list_movie" ON "list_items" ("list_id", "movie_id");
CREATE INDEX "idx_list_items_position" ON "list_items" ("list_id", "position");
CREATE INDEX "idx_list_items_movie" ON "list_items" ("movie_id", "list_id");
CREATE TABLE "list_likes" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "list_id" integer NOT NULL,
  "is_liked" numeric NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_list_likes_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_list_likes_list_id" FOREIGN KEY ("list_id") REFERENCES "lists" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_list_likes_user_list" ON "list_likes" ("user_id", "list_id");
CREATE INDEX "idx_list_likes_list" ON "list_likes" ("list_id");
ALTER TABLE "users" ADD COLUMN "list_count" integer NOT NULL DEFAULT 0;
ALTER TABLE "notifications" ADD COLUMN "list_id" integer;

-- +goose Down
ALTER TABLE "notifications" DROP COLUMN "list_id";
ALTER TABLE "users" DROP COLUMN "list_count";
DROP TABLE "list_likes";
DROP TABLE "list_items";
DROP TABLE "lists";
