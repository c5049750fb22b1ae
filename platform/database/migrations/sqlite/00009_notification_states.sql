-- +goose Up
CREATE TABLE "notification_states" (
  "user_id" integer NOT NULL PRIMARY KEY,
  "last_seq" integer NOT NULL,
  "unread_count" integer NOT NULL,
  CONSTRAINT "fk_notification_states_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);

-- +goose Down
DROP TABLE "notification_states";
