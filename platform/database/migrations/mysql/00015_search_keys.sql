-- +goose Up
-- Titles get another key: the program stores it and indexes all films again, beside the service.
TRUNCATE TABLE `movie_grams`;
UPDATE `movie_gram_builds` SET
  `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE 9223372036854775807 END,
  `since` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN UTC_TIMESTAMP(6) ELSE '1970-01-01 00:00:00' END;
-- Usernames get a key for searches beside the one that makes them unique. MySQL has no ADD COLUMN IF NOT EXISTS, and the
-- step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'search_key'),
  'DO 0',
  'ALTER TABLE `users` ADD COLUMN `search_key` varchar(745) NOT NULL DEFAULT '''', ADD INDEX `idx_users_search_key` (`search_key`, `id`)');
PREPARE search_keys FROM @statement;
EXECUTE search_keys;
DEALLOCATE PREPARE search_keys;
TRUNCATE TABLE `user_grams`;
UPDATE `user_gram_builds` SET `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `users`) THEN 1 ELSE 9223372036854775807 END;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'search_key'),
  'ALTER TABLE `users` DROP INDEX `idx_users_search_key`, DROP COLUMN `search_key`',
  'DO 0');
PREPARE search_keys FROM @statement;
EXECUTE search_keys;
DEALLOCATE PREPARE search_keys;
TRUNCATE TABLE `user_grams`;
UPDATE `user_gram_builds` SET `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `users`) THEN 1 ELSE 9223372036854775807 END;
-- Close to the key of the version before, which folded some letters to several.
UPDATE `movies` SET `title_key` = LOWER(`title`);
TRUNCATE TABLE `movie_grams`;
UPDATE `movie_gram_builds` SET `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE 9223372036854775807 END;
