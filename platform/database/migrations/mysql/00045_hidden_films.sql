-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'movies' AND `column_name` = 'hidden'),
  'DO 0',
  'ALTER TABLE `movies`
    ADD COLUMN `hidden` boolean NOT NULL DEFAULT FALSE,
    ADD INDEX `idx_movies_hidden` (`hidden`)');
PREPARE hidden_films FROM @statement;
EXECUTE hidden_films;
DEALLOCATE PREPARE hidden_films;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'lists' AND `column_name` = 'hidden_items'),
  'DO 0',
  'ALTER TABLE `lists` ADD COLUMN `hidden_items` bigint NOT NULL DEFAULT 0');
PREPARE hidden_items FROM @statement;
EXECUTE hidden_items;
DEALLOCATE PREPARE hidden_items;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'lists' AND `column_name` = 'hidden_items'),
  'ALTER TABLE `lists` DROP COLUMN `hidden_items`',
  'DO 0');
PREPARE hidden_items FROM @statement;
EXECUTE hidden_items;
DEALLOCATE PREPARE hidden_items;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'movies' AND `column_name` = 'hidden'),
  'ALTER TABLE `movies` DROP INDEX `idx_movies_hidden`, DROP COLUMN `hidden`',
  'DO 0');
PREPARE hidden_films FROM @statement;
EXECUTE hidden_films;
DEALLOCATE PREPARE hidden_films;
