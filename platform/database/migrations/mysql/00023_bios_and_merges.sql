-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'bio'),
  'DO 0',
  'ALTER TABLE `users` ADD COLUMN `bio` varchar(500) NOT NULL DEFAULT ''''');
PREPARE bios FROM @statement;
EXECUTE bios;
DEALLOCATE PREPARE bios;
-- Films that were merged into another. from_id names no row any more.
CREATE TABLE IF NOT EXISTS `movie_merges` (
  `from_id` bigint NOT NULL PRIMARY KEY,
  `into_id` bigint NOT NULL,
  KEY `idx_movie_merges_into` (`into_id`),
  CONSTRAINT `fk_movie_merges_into` FOREIGN KEY (`into_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `movie_merges`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'users' AND `column_name` = 'bio'),
  'ALTER TABLE `users` DROP COLUMN `bio`',
  'DO 0');
PREPARE bios FROM @statement;
EXECUTE bios;
DEALLOCATE PREPARE bios;
