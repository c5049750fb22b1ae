-- +goose Up
CREATE TABLE "notifications" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "seq" integer NOT NULL,
  "type" text NOT NULL,
  "actor_id" integer,
  "review_id" integer,
  "created_at" datetime NOT NULL,
  "read_at" datetime,
  CONSTRAINT "fk_notifications_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk_notifications_actor_id" FOREIGN KEY ("actor_id") REFERENCES "users" ("id") ON DELETE SET NULL
);
CREATE UNIQUE INDEX "idx_notifications_user_seq" ON "notifications" ("user_id", "seq");
CREATE INDEX "idx_notifications_unread" ON "notifications" ("user_id", "read_at", "seq");
CREATE INDEX "idx_notifications_same" ON "notifications" ("user_id", "type", "actor_id", "review_id");
CREATE INDEX "idx_notifications_actor" ON "notifications" ("actor_id");

-- +goose Down
DROP TABLE "notifications";
