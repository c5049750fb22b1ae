-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'status'),
  'DO 0',
  'ALTER TABLE `users`
    ADD COLUMN `status` varchar(10) NOT NULL DEFAULT ''active'',
    ADD COLUMN `status_reason` varchar(500) NOT NULL DEFAULT '''',
    ADD COLUMN `suspended_until` datetime(6) NULL,
    ADD COLUMN `application` varchar(500) NOT NULL DEFAULT '''',
    ADD COLUMN `invited_by` bigint NULL,
    ADD INDEX `idx_users_status` (`status`, `id`)');
PREPARE registration FROM @statement;
EXECUTE registration;
DEALLOCATE PREPARE registration;
CREATE TABLE IF NOT EXISTS `invites` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `code` varchar(32) NOT NULL,
  `uses_left` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NULL,
  UNIQUE INDEX `idx_invites_code` (`code`),
  INDEX `idx_invites_user` (`user_id`, `id`),
  CONSTRAINT `fk_invites_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Without foreign keys: nothing leaves the log.
CREATE TABLE IF NOT EXISTS `moderation_log` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `actor_id` bigint NULL,
  `action` varchar(20) NOT NULL,
  `target_type` varchar(10) NOT NULL,
  `target_id` bigint NOT NULL,
  `note` varchar(1000) NOT NULL,
  `created_at` datetime(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `moderation_log`;
DROP TABLE IF EXISTS `invites`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'status'),
  'ALTER TABLE `users`
    DROP INDEX `idx_users_status`,
    DROP COLUMN `invited_by`,
    DROP COLUMN `application`,
    DROP COLUMN `suspended_until`,
    DROP COLUMN `status_reason`,
    DROP COLUMN `status`',
  'DO 0');
PREPARE registration FROM @statement;
EXECUTE registration;
DEALLOCATE PREPARE registration;
