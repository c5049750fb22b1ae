-- +goose Up
CREATE TABLE "emails" (
  "user_id" integer PRIMARY KEY,
  "address" text NOT NULL,
  "address_key" text NOT NULL,
  "pending" text NOT NULL,
  "token_hash" text NOT NULL,
  "expires_at" datetime,
  "confirmed_at" datetime,
  CONSTRAINT "fk_emails_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_emails_address" ON "emails" ("address_key");
CREATE INDEX "idx_emails_token" ON "emails" ("token_hash");
CREATE TABLE "password_requests" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "name" text NOT NULL,
  "is_email" numeric NOT NULL,
  "created_at" datetime NOT NULL
);
CREATE TABLE "outgoing_mails" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "recipient" text NOT NULL,
  "subject" text NOT NULL,
  "body" text NOT NULL,
  "attempts" integer NOT NULL,
  "due_at" datetime NOT NULL,
  "expires_at" datetime NOT NULL,
  "created_at" datetime NOT NULL,
  CONSTRAINT "fk_outgoing_mails_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_outgoing_mails_user" ON "outgoing_mails" ("user_id");
CREATE INDEX "idx_outgoing_mails_due" ON "outgoing_mails" ("due_at");

-- +goose Down
DROP TABLE "outgoing_mails";
DROP TABLE "password_requests";
DROP TABLE "emails";
