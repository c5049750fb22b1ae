-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `column_name` = 'report_id'),
  'DO 0',
  'ALTER TABLE `notifications`
    ADD COLUMN `report_id` bigint NULL,
    ADD COLUMN `import_id` bigint NULL,
    ADD COLUMN `action` varchar(20) NOT NULL DEFAULT '''',
    ADD COLUMN `note` varchar(500) NOT NULL DEFAULT ''''');
PREPARE notes FROM @statement;
EXECUTE notes;
DEALLOCATE PREPARE notes;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'notifications' AND `column_name` = 'report_id'),
  'ALTER TABLE `notifications`
    DROP COLUMN `note`,
    DROP COLUMN `action`,
    DROP COLUMN `import_id`,
    DROP COLUMN `report_id`',
  'DO 0');
PREPARE notes FROM @statement;
EXECUTE notes;
DEALLOCATE PREPARE notes;
