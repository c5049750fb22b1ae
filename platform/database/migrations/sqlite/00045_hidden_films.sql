-- +goose Up
ALTER TABLE "movies" ADD COLUMN "hidden" numeric NOT NULL DEFAULT 0;
CREATE INDEX "idx_movies_hidden" ON "movies" ("hidden");
ALTER TABLE "lists" ADD COLUMN "hidden_items" integer NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE "lists" DROP COLUMN "hidden_items";
DROP INDEX "idx_movies_hidden";
ALTER TABLE "movies" DROP COLUMN "hidden";
