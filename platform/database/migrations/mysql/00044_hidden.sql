-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
-- Why a review is hidden, as bits: 1 a moderator hid it, 2 its film is hidden. 0: it is not.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reviews' AND `column_name` = 'hidden'),
  'DO 0',
  'ALTER TABLE `reviews` ADD COLUMN `hidden` tinyint NOT NULL DEFAULT 0');
PREPARE hiding FROM @statement;
EXECUTE hiding;
DEALLOCATE PREPARE hiding;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'comments' AND `column_name` = 'hidden'),
  'DO 0',
  'ALTER TABLE `comments` ADD COLUMN `hidden` boolean NOT NULL DEFAULT false');
PREPARE hiding FROM @statement;
EXECUTE hiding;
DEALLOCATE PREPARE hiding;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'lists' AND `column_name` = 'hidden'),
  'DO 0',
  'ALTER TABLE `lists` ADD COLUMN `hidden` boolean NOT NULL DEFAULT false');
PREPARE hiding FROM @statement;
EXECUTE hiding;
DEALLOCATE PREPARE hiding;
-- Images that are hidden: their files are below another key that nobody is told, or on the way there or back until
-- due_at is NULL.
CREATE TABLE IF NOT EXISTS `media_hidden` (
  `storage_key` varchar(255) NOT NULL PRIMARY KEY,
  `hidden_key` varchar(255) NOT NULL,
  `hidden` boolean NOT NULL,
  `due_at` datetime(6) NULL,
  INDEX `idx_media_hidden_due` (`due_at`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `media_hidden`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'lists' AND `column_name` = 'hidden'),
  'ALTER TABLE `lists` DROP COLUMN `hidden`',
  'DO 0');
PREPARE hiding FROM @statement;
EXECUTE hiding;
DEALLOCATE PREPARE hiding;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'comments' AND `column_name` = 'hidden'),
  'ALTER TABLE `comments` DROP COLUMN `hidden`',
  'DO 0');
PREPARE hiding FROM @statement;
EXECUTE hiding;
DEALLOCATE PREPARE hiding;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reviews' AND `column_name` = 'hidden'),
  'ALTER TABLE `reviews` DROP COLUMN `hidden`',
  'DO 0');
PREPARE hiding FROM @statement;
EXECUTE hiding;
DEALLOCATE PREPARE hiding;
