-- +goose Up
CREATE TABLE "review_likes" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "review_id" integer NOT NULL,
  "is_liked" numeric NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  CONSTRAINT "fk_review_likes_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_review_likes_review_id" FOREIGN KEY ("review_id") REFERENCES "reviews" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_review_likes_user_review" ON "review_likes" ("user_id", "review_id");
CREATE INDEX "idx_review_likes_review" ON "review_likes" ("review_id");

-- +goose Down
DROP TABLE "review_likes";
