-- +goose Up
CREATE TABLE "personal_tokens" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "name" text NOT NULL,
  "scope" text NOT NULL,
  "token_hash" text NOT NULL,
  "created_at" datetime NOT NULL,
  "expires_at" datetime,
  "last_used_at" datetime,
  CONSTRAINT "fk_personal_tokens_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_personal_tokens_hash" ON "personal_tokens" ("token_hash");
CREATE INDEX "idx_personal_tokens_user" ON "personal_tokens" ("user_id", "id");
CREATE INDEX "idx_personal_tokens_expires" ON "personal_tokens" ("expires_at");

-- +goose Down
DROP TABLE "personal_tokens";
