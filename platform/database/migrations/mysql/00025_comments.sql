-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reviews' AND `column_name` = 'comment_count'),
  'DO 0',
  'ALTER TABLE `reviews` ADD COLUMN `spoiler` boolean NOT NULL DEFAULT false,
    ADD COLUMN `comments` varchar(10) NOT NULL DEFAULT ''everyone'',
    ADD COLUMN `comment_count` bigint NOT NULL DEFAULT 0');
PREPARE comments FROM @statement;
EXECUTE comments;
DEALLOCATE PREPARE comments;
-- A comment without an author is deleted; it stays while there are replies to it. reply_to has no foreign key: neither
-- database deletes a long chain of replies by one.
CREATE TABLE IF NOT EXISTS `comments` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `review_id` bigint NOT NULL,
  `user_id` bigint NULL,
  `reply_to` bigint NULL,
  `content` text NOT NULL,
  `spoiler` boolean NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  INDEX `idx_comments_review` (`review_id`, `id`),
  INDEX `idx_comments_user` (`user_id`, `review_id`, `id`),
  INDEX `idx_comments_reply` (`reply_to`),
  CONSTRAINT `fk_comments_review_id` FOREIGN KEY (`review_id`) REFERENCES `reviews` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_comments_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `comments`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reviews' AND `column_name` = 'comment_count'),
  'ALTER TABLE `reviews` DROP COLUMN `comment_count`, DROP COLUMN `comments`, DROP COLUMN `spoiler`',
  'DO 0');
PREPARE comments FROM @statement;
EXECUTE comments;
DEALLOCATE PREPARE comments;
