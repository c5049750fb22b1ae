-- +goose Up
-- Where a row of an import stands in its file, and the column of a value that is wrong. MySQL has no ADD COLUMN IF NOT
-- EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'import_rows' AND `column_name` = 'heading'),
  'DO 0',
  'ALTER TABLE `import_rows` ADD COLUMN `file` varchar(255) NOT NULL DEFAULT '''',
    ADD COLUMN `line` bigint NOT NULL DEFAULT 0,
    ADD COLUMN `heading` varchar(60) NOT NULL DEFAULT ''''');
PREPARE import_lines FROM @statement;
EXECUTE import_lines;
DEALLOCATE PREPARE import_lines;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'import_rows' AND `column_name` = 'heading'),
  'ALTER TABLE `import_rows` DROP COLUMN `heading`, DROP COLUMN `line`, DROP COLUMN `file`',
  'DO 0');
PREPARE import_lines FROM @statement;
EXECUTE import_lines;
DEALLOCATE PREPARE import_lines;
