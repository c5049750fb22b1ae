-- +goose Up
-- is_open is null once a report is closed, so that there is one open report at most, and any number of closed ones.
CREATE TABLE IF NOT EXISTS `reports` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `target_type` varchar(10) NOT NULL,
  `target_id` bigint NOT NULL,
  `author_id` bigint NULL,
  `reporter_id` bigint NULL,
  `is_open` boolean NULL,
  `reason` varchar(10) NOT NULL,
  `note` varchar(1000) NOT NULL,
  `snapshot` mediumtext NOT NULL,
  `action` varchar(20) NOT NULL,
  `closed_by` bigint NULL,
  `closed_at` datetime(6) NULL,
  `created_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_reports_reporter` (`reporter_id`, `target_type`, `target_id`, `is_open`),
  INDEX `idx_reports_open` (`is_open`, `id`),
  INDEX `idx_reports_type` (`is_open`, `target_type`, `id`),
  INDEX `idx_reports_target` (`target_type`, `target_id`, `is_open`),
  INDEX `idx_reports_author` (`author_id`, `is_open`),
  INDEX `idx_reports_closed_by` (`closed_by`),
  CONSTRAINT `fk_reports_author_id` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`) ON DELETE SET NULL,
  CONSTRAINT `fk_reports_reporter_id` FOREIGN KEY (`reporter_id`) REFERENCES `users` (`id`) ON DELETE SET NULL,
  CONSTRAINT `fk_reports_closed_by` FOREIGN KEY (`closed_by`) REFERENCES `users` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'moderation_log' AND `index_name` = 'idx_moderation_log_action'),
  'DO 0',
  'ALTER TABLE `moderation_log`
    ADD INDEX `idx_moderation_log_action` (`action`, `id`),
    ADD INDEX `idx_moderation_log_actor` (`actor_id`, `id`),
    ADD INDEX `idx_moderation_log_target` (`target_type`, `target_id`, `id`)');
PREPARE log_indexes FROM @statement;
EXECUTE log_indexes;
DEALLOCATE PREPARE log_indexes;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'moderation_log' AND `index_name` = 'idx_moderation_log_action'),
  'ALTER TABLE `moderation_log`
    DROP INDEX `idx_moderation_log_action`,
    DROP INDEX `idx_moderation_log_actor`,
    DROP INDEX `idx_moderation_log_target`',
  'DO 0');
PREPARE log_indexes FROM @statement;
EXECUTE log_indexes;
DEALLOCATE PREPARE log_indexes;
DROP TABLE IF EXISTS `reports`;
