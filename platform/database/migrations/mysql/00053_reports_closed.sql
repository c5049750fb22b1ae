-- +goose Up
-- The step may be run again where a kill kept it from being recorded, and one statement changes the index or does nothing.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reports' AND `index_name` = 'idx_reports_target'
      AND `column_name` = 'closed_at'),
  'DO 0',
  'ALTER TABLE `reports`
    DROP INDEX `idx_reports_target`,
    ADD INDEX `idx_reports_target` (`target_type`, `target_id`, `is_open`, `closed_at`)');
PREPARE closed FROM @statement;
EXECUTE closed;
DEALLOCATE PREPARE closed;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'reports' AND `index_name` = 'idx_reports_target'
      AND `column_name` = 'closed_at'),
  'ALTER TABLE `reports`
    DROP INDEX `idx_reports_target`,
    ADD INDEX `idx_reports_target` (`target_type`, `target_id`, `is_open`)',
  'DO 0');
PREPARE closed FROM @statement;
EXECUTE closed;
DEALLOCATE PREPARE closed;
