-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'rating_count'),
  'DO 0',
  'ALTER TABLE `users` ADD COLUMN `rating_count` bigint NOT NULL DEFAULT 0');
PREPARE ratings FROM @statement;
EXECUTE ratings;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'movies' AND `column_name` = 'rating_count'),
  'DO 0',
  'ALTER TABLE `movies` ADD COLUMN `rating_count` bigint NOT NULL DEFAULT 0,
    ADD COLUMN `rating_sum` bigint NOT NULL DEFAULT 0,
    ADD COLUMN `rating_score` bigint NOT NULL DEFAULT 0,
    ADD INDEX `idx_movies_score` (`rating_score`, `id`),
    ADD INDEX `idx_movies_year_score` (`release_year`, `rating_score`, `id`),
    ADD INDEX `idx_movies_ratings` (`rating_count`, `id`),
    ADD INDEX `idx_movies_reviews` (`review_count`, `id`)');
PREPARE ratings FROM @statement;
EXECUTE ratings;
DEALLOCATE PREPARE ratings;
CREATE TABLE IF NOT EXISTS `movie_ratings` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  `rating` bigint NOT NULL,
  `rated_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_movie_ratings_pair` (`movie_id`, `user_id`),
  INDEX `idx_movie_ratings_user` (`user_id`, `rated_at`, `id`),
  INDEX `idx_movie_ratings_user_rating` (`user_id`, `rating`, `rated_at`, `id`),
  CONSTRAINT `fk_movie_ratings_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_movie_ratings_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- How many members gave a film each number of half-stars. A film that nobody ever rated has no row.
CREATE TABLE IF NOT EXISTS `rating_histograms` (
  `movie_id` bigint NOT NULL PRIMARY KEY,
  `half1` bigint NOT NULL,
  `half2` bigint NOT NULL,
  `half3` bigint NOT NULL,
  `half4` bigint NOT NULL,
  `half5` bigint NOT NULL,
  `half6` bigint NOT NULL,
  `half7` bigint NOT NULL,
  `half8` bigint NOT NULL,
  `half9` bigint NOT NULL,
  `half10` bigint NOT NULL,
  CONSTRAINT `fk_rating_histograms_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `rating_histograms`;
DROP TABLE `movie_ratings`;
ALTER TABLE `movies` DROP INDEX `idx_movies_reviews`,
  DROP INDEX `idx_movies_ratings`,
  DROP INDEX `idx_movies_year_score`, DROP INDEX `idx_movies_score`,
  DROP COLUMN `rating_score`, DROP COLUMN `rating_sum`, DROP COLUMN `rating_count`;
ALTER TABLE `users` DROP COLUMN `rating_count`;
