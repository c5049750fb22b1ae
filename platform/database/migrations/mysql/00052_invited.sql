-- +goose Up
-- MySQL has no CREATE INDEX IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `index_name` = 'idx_users_invited'),
  'DO 0',
  'CREATE INDEX `idx_users_invited` ON `users` (`invited_by`, `id`)');
PREPARE invited FROM @statement;
EXECUTE invited;
DEALLOCATE PREPARE invited;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `index_name` = 'idx_users_invited'),
  'DROP INDEX `idx_users_invited` ON `users`',
  'DO 0');
PREPARE invited FROM @statement;
EXECUTE invited;
DEALLOCATE PREPARE invited;
