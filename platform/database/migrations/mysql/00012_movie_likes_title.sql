-- +goose Up
-- With the title in it, a search by likes looks up no film that is not a hit. One statement, which may be
-- run again where a kill kept it from being recorded.
ALTER TABLE `movies` DROP INDEX `idx_movies_likes`, ADD INDEX `idx_movies_likes` (`like_count`, `id`, `title_key`);

-- +goose Down
ALTER TABLE `movies` DROP INDEX `idx_movies_likes`, ADD INDEX `idx_movies_likes` (`like_count`, `id`);
