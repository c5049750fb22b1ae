-- +goose Up
-- With the title in it, a search by likes looks up no film that is not a hit.
DROP INDEX "idx_movies_likes";
CREATE INDEX "idx_movies_likes" ON "movies" ("like_count", "id", "title_key");

-- +goose Down
DROP INDEX "idx_movies_likes";
CREATE INDEX "idx_movies_likes" ON "movies" ("like_count", "id");
