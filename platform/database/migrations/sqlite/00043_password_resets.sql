-- +goose Up
CREATE TABLE "password_resets" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "token_hash" text NOT NULL,
  "expires_at" datetime NOT NULL,
  CONSTRAINT "fk_password_resets_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_password_resets_hash" ON "password_resets" ("token_hash");
CREATE INDEX "idx_password_resets_user" ON "password_resets" ("user_id");
CREATE INDEX "idx_password_resets_expires" ON "password_resets" ("expires_at");

-- +goose Down
DROP TABLE "password_resets";
