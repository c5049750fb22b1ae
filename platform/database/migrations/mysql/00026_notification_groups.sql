-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `column_name` = 'target_id'),
  'DO 0',
  'ALTER TABLE `notifications` ADD COLUMN `movie_id` bigint NULL,
    ADD COLUMN `comment_id` bigint NULL,
    ADD COLUMN `target_id` bigint NOT NULL DEFAULT 0,
    ADD COLUMN `is_newest` boolean NOT NULL DEFAULT FALSE,
    ADD COLUMN `hidden` boolean NOT NULL DEFAULT FALSE');
PREPARE notices FROM @statement;
EXECUTE notices;
-- All notifications of a member that have the same type and target, without the hidden ones.
CREATE TABLE IF NOT EXISTS `notification_groups` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `type` varchar(20) NOT NULL,
  `target_id` bigint NOT NULL,
  `total` bigint NOT NULL,
  `unread` bigint NOT NULL,
  `people` bigint NOT NULL,
  `is_unread` boolean NOT NULL,
  `last_seq` bigint NOT NULL,
  UNIQUE INDEX `idx_notification_groups_target` (`user_id`, `type`, `target_id`),
  INDEX `idx_notification_groups_last` (`user_id`, `last_seq`),
  INDEX `idx_notification_groups_unread` (`user_id`, `is_unread`, `last_seq`),
  CONSTRAINT `fk_notification_groups_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
UPDATE `notifications` LEFT JOIN `reviews` ON `reviews`.`id` = `notifications`.`review_id` SET
  `notifications`.`target_id` = COALESCE(`notifications`.`review_id`, `notifications`.`list_id`, 0),
  `notifications`.`movie_id` = `reviews`.`movie_id`;
-- The events of a deleted account are nobody's, so each counts for itself.
UPDATE `notifications` JOIN (
  SELECT `user_id`, MAX(`seq`) AS `seq` FROM `notifications` GROUP BY `user_id`, `type`, `target_id`, COALESCE(`actor_id`, -`id`)
) AS `newest` ON `newest`.`user_id` = `notifications`.`user_id` AND `newest`.`seq` = `notifications`.`seq`
SET `notifications`.`is_newest` = TRUE;
DELETE FROM `notification_groups`;
INSERT INTO `notification_groups` (`user_id`, `type`, `target_id`, `total`, `unread`, `people`, `is_unread`, `last_seq`)
  SELECT `user_id`, `type`, `target_id`, COUNT(*), SUM(`read_at` IS NULL), SUM(`is_newest`), MAX(`read_at` IS NULL), MAX(`seq`)
  FROM `notifications` GROUP BY `user_id`, `type`, `target_id`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `index_name` = 'idx_notifications_group'),
  'DO 0',
  'ALTER TABLE `notifications` DROP INDEX `idx_notifications_same`,
    DROP INDEX `idx_notifications_actor`,
    ADD INDEX `idx_notifications_actor` (`actor_id`, `user_id`, `type`, `target_id`),
    ADD INDEX `idx_notifications_group` (`user_id`, `type`, `target_id`, `is_newest`, `seq`),
    ADD INDEX `idx_notifications_movie` (`movie_id`)');
PREPARE notices FROM @statement;
EXECUTE notices;
DEALLOCATE PREPARE notices;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `column_name` = 'target_id'),
  'ALTER TABLE `notifications` DROP INDEX `idx_notifications_movie`,
    DROP INDEX `idx_notifications_group`,
    DROP INDEX `idx_notifications_actor`,
    ADD INDEX `idx_notifications_actor` (`actor_id`),
    ADD INDEX `idx_notifications_same` (`user_id`, `type`, `actor_id`, `review_id`),
    DROP COLUMN `hidden`, DROP COLUMN `is_newest`, DROP COLUMN `target_id`, DROP COLUMN `comment_id`, DROP COLUMN `movie_id`',
  'DO 0');
PREPARE notices FROM @statement;
EXECUTE notices;
DEALLOCATE PREPARE notices;
DROP TABLE IF EXISTS `notification_groups`;
