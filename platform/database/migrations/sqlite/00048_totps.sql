-- +goose Up
CREATE TABLE "totps" (
  "user_id" integer PRIMARY KEY,
  "secret" text NOT NULL,
  "last_step" integer NOT NULL,
  "created_at" datetime NOT NULL,
  "confirmed_at" datetime,
  CONSTRAINT "fk_totps_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE TABLE "recovery_codes" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "code_hash" text NOT NULL,
  CONSTRAINT "fk_recovery_codes_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_recovery_codes_code" ON "recovery_codes" ("user_id", "code_hash");

-- +goose Down
DROP TABLE "recovery_codes";
DROP TABLE "totps";
