-- +goose Up
CREATE TABLE "idempotency_keys" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "idempotency_key" text NOT NULL,
  "token" integer NOT NULL,
  "lease_until" datetime NOT NULL,
  "fingerprint" text NOT NULL,
  "status" integer NOT NULL,
  "location" text NOT NULL,
  "language" text NOT NULL,
  "body" mediumtext NOT NULL,
  "created_at" datetime NOT NULL,
  CONSTRAINT "fk_idempotency_keys_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_idempotency_keys_user_key" ON "idempotency_keys" ("user_id", "idempotency_key");
CREATE INDEX "idx_idempotency_keys_created" ON "idempotency_keys" ("created_at");

-- +goose Down
DROP TABLE "idempotency_keys";
