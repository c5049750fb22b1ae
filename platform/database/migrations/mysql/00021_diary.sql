-- +goose Up
CREATE TABLE IF NOT EXISTS `watched_films` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  `marked_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_watched_films_pair` (`movie_id`, `user_id`),
  INDEX `idx_watched_films_user` (`user_id`, `marked_at`, `id`),
  CONSTRAINT `fk_watched_films_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_watched_films_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `watchlist_films` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  `added_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_watchlist_films_pair` (`movie_id`, `user_id`),
  INDEX `idx_watchlist_films_user` (`user_id`, `added_at`, `id`),
  CONSTRAINT `fk_watchlist_films_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_watchlist_films_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `viewings` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  `watched_on` bigint NOT NULL,
  `rewatch` boolean NOT NULL,
  `rating` bigint,
  `note` text,
  `tags` text NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  INDEX `idx_viewings_user` (`user_id`, `watched_on`, `id`, `movie_id`, `rewatch`),
  INDEX `idx_viewings_film` (`movie_id`, `user_id`, `watched_on`, `id`),
  CONSTRAINT `fk_viewings_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_viewings_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `viewing_tags` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `viewing_id` bigint NOT NULL,
  `user_id` bigint NOT NULL,
  `tag_key` varchar(150) NOT NULL,
  `watched_on` bigint NOT NULL,
  UNIQUE INDEX `idx_viewing_tags_viewing` (`viewing_id`, `tag_key`),
  INDEX `idx_viewing_tags_user` (`user_id`, `tag_key`, `watched_on`, `viewing_id`),
  CONSTRAINT `fk_viewing_tags_viewing_id` FOREIGN KEY (`viewing_id`) REFERENCES `viewings` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'watched_count'),
  'DO 0',
  'ALTER TABLE `users` ADD COLUMN `watched_count` bigint NOT NULL DEFAULT 0, ADD COLUMN `diary_version` bigint NOT NULL DEFAULT 0');
PREPARE diary FROM @statement;
EXECUTE diary;
DEALLOCATE PREPARE diary;
-- Statistics count the reviews of a year.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reviews' AND `index_name` = 'idx_reviews_user_created'),
  'DO 0',
  'ALTER TABLE `reviews` ADD INDEX `idx_reviews_user_created` (`user_id`, `created_at`)');
PREPARE diary FROM @statement;
EXECUTE diary;
DEALLOCATE PREPARE diary;
-- Who has reviewed a film has watched it.
INSERT IGNORE INTO `watched_films` (`user_id`, `movie_id`, `marked_at`) SELECT `user_id`, `movie_id`, `created_at` FROM `reviews` ORDER BY `created_at`, `id`;
UPDATE `users` SET `watched_count` = (SELECT COUNT(*) FROM `watched_films` WHERE `watched_films`.`user_id` = `users`.`id`);

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reviews' AND `index_name` = 'idx_reviews_user_created'),
  'ALTER TABLE `reviews` DROP INDEX `idx_reviews_user_created`',
  'DO 0');
PREPARE diary FROM @statement;
EXECUTE diary;
DEALLOCATE PREPARE diary;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'watched_count'),
  'ALTER TABLE `users` DROP COLUMN `diary_version`, DROP COLUMN `watched_count`',
  'DO 0');
PREPARE diary FROM @statement;
EXECUTE diary;
DEALLOCATE PREPARE diary;
DROP TABLE IF EXISTS `viewing_tags`;
DROP TABLE IF EXISTS `viewings`;
DROP TABLE IF EXISTS `watchlist_films`;
DROP TABLE IF EXISTS `watched_films`;
