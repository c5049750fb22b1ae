-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'is_private'),
  'DO 0',
  'ALTER TABLE `users` ADD COLUMN `is_private` boolean NOT NULL DEFAULT FALSE,
    ADD COLUMN `show_facts` boolean NOT NULL DEFAULT TRUE,
    ADD COLUMN `language` varchar(5) NOT NULL DEFAULT ''auto'',
    ADD COLUMN `spoilers` varchar(15) NOT NULL DEFAULT ''unless_watched'',
    ADD COLUMN `silenced` varchar(255) NOT NULL DEFAULT '''',
    ADD COLUMN `hides_count` bigint NOT NULL DEFAULT 0,
    DROP INDEX `idx_users_age`,
    DROP INDEX `idx_users_gender`,
    ADD INDEX `idx_users_age` (`age`, `show_facts`, `id`),
    ADD INDEX `idx_users_gender` (`gender`, `show_facts`, `id`)');
PREPARE relations FROM @statement;
EXECUTE relations;
DEALLOCATE PREPARE relations;
CREATE TABLE IF NOT EXISTS `blocks` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `blocked_id` bigint NOT NULL,
  `blocked_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_blocks_pair` (`user_id`, `blocked_id`),
  INDEX `idx_blocks_blocked` (`blocked_id`, `user_id`),
  INDEX `idx_blocks_list` (`user_id`, `blocked_at`, `id`),
  CONSTRAINT `fk_blocks_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_blocks_blocked_id` FOREIGN KEY (`blocked_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `mutes` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `muted_id` bigint NOT NULL,
  `muted_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_mutes_pair` (`user_id`, `muted_id`),
  INDEX `idx_mutes_muted` (`muted_id`, `user_id`),
  INDEX `idx_mutes_list` (`user_id`, `muted_at`, `id`),
  CONSTRAINT `fk_mutes_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_mutes_muted_id` FOREIGN KEY (`muted_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `follow_requests` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `follower_id` bigint NOT NULL,
  `following_id` bigint NOT NULL,
  `requested_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_follow_requests_pair` (`follower_id`, `following_id`),
  INDEX `idx_follow_requests_list` (`following_id`, `requested_at`, `id`),
  CONSTRAINT `fk_follow_requests_follower_id` FOREIGN KEY (`follower_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_follow_requests_following_id` FOREIGN KEY (`following_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `follow_requests`;
DROP TABLE IF EXISTS `mutes`;
DROP TABLE IF EXISTS `blocks`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'is_private'),
  'ALTER TABLE `users` DROP INDEX `idx_users_age`,
    DROP INDEX `idx_users_gender`,
    ADD INDEX `idx_users_age` (`age`, `id`),
    ADD INDEX `idx_users_gender` (`gender`, `id`),
    DROP COLUMN `hides_count`,
    DROP COLUMN `silenced`,
    DROP COLUMN `spoilers`,
    DROP COLUMN `language`,
    DROP COLUMN `show_facts`,
    DROP COLUMN `is_private`',
  'DO 0');
PREPARE relations FROM @statement;
EXECUTE relations;
DEALLOCATE PREPARE relations;
