-- +goose Up
CREATE TABLE IF NOT EXISTS `lists` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `title` varchar(100) NOT NULL,
  `description` varchar(2000) NOT NULL,
  `ranked` boolean NOT NULL,
  `is_public` boolean NOT NULL,
  `item_count` bigint NOT NULL,
  `like_count` bigint NOT NULL,
  `version` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  INDEX `idx_lists_updated` (`is_public`, `updated_at`, `id`),
  INDEX `idx_lists_likes` (`is_public`, `like_count`, `id`),
  INDEX `idx_lists_user` (`user_id`, `is_public`, `updated_at`, `id`),
  INDEX `idx_lists_user_likes` (`user_id`, `is_public`, `like_count`, `id`),
  CONSTRAINT `fk_lists_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `list_items` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `list_id` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  `position` bigint NOT NULL,
  `note` varchar(500) NOT NULL,
  UNIQUE INDEX `idx_list_items_list_movie` (`list_id`, `movie_id`),
  INDEX `idx_list_items_position` (`list_id`, `position`),
  INDEX `idx_list_items_movie` (`movie_id`, `list_id`),
  CONSTRAINT `fk_list_items_list_id` FOREIGN KEY (`list_id`) REFERENCES `lists` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_list_items_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `list_likes` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `list_id` bigint NOT NULL,
  `is_liked` boolean NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_list_likes_user_list` (`user_id`, `list_id`),
  INDEX `idx_list_likes_list` (`list_id`),
  CONSTRAINT `fk_list_likes_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_list_likes_list_id` FOREIGN KEY (`list_id`) REFERENCES `lists` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'list_count'),
  'DO 0',
  'ALTER TABLE `users` ADD COLUMN `list_count` bigint NOT NULL DEFAULT 0');
PREPARE lists FROM @statement;
EXECUTE lists;
DEALLOCATE PREPARE lists;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `column_name` = 'list_id'),
  'DO 0',
  'ALTER TABLE `notifications` ADD COLUMN `list_id` bigint NULL');
PREPARE lists FROM @statement;
EXECUTE lists;
DEALLOCATE PREPARE lists;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `column_name` = 'list_id'),
  'ALTER TABLE `notifications` DROP COLUMN `list_id`',
  'DO 0');
PREPARE lists FROM @statement;
EXECUTE lists;
DEALLOCATE PREPARE lists;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'list_count'),
  'ALTER TABLE `users` DROP COLUMN `list_count`',
  'DO 0');
PREPARE lists FROM @statement;
EXECUTE lists;
DEALLOCATE PREPARE lists;
DROP TABLE IF EXISTS `list_likes`;
DROP TABLE IF EXISTS `list_items`;
DROP TABLE IF EXISTS `lists`;
