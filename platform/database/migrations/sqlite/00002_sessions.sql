-- +goose Up
CREATE TABLE "sessions" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "generation" integer NOT NULL,
  "token_hash" text NOT NULL,
  "previous_hash" text NOT NULL,
  "rotated_at" datetime NOT NULL,
  "created_at" datetime NOT NULL,
  "last_used_at" datetime NOT NULL,
  "expires_at" datetime NOT NULL,
  "user_agent" text NOT NULL,
  "ip" text NOT NULL,
  CONSTRAINT "fk_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_sessions_user" ON "sessions" ("user_id", "id");
CREATE INDEX "idx_sessions_expires" ON "sessions" ("expires_at");

-- +goose Down
DROP TABLE "sessions";
