-- +goose Up
-- Imported films have no owner, and few films are hidden: these indexes have only the films that are looked for by them.
DROP INDEX "idx_movies_created_by";
DROP INDEX "idx_movies_hidden";
CREATE INDEX "idx_movies_created_by" ON "movies" ("created_by") WHERE "created_by" IS NOT NULL;
CREATE INDEX "idx_movies_hidden" ON "movies" ("hidden") WHERE "hidden" = 1;

-- +goose Down
DROP INDEX "idx_movies_created_by";
DROP INDEX "idx_movies_hidden";
CREATE INDEX "idx_movies_created_by" ON "movies" ("created_by");
CREATE INDEX "idx_movies_hidden" ON "movies" ("hidden");
