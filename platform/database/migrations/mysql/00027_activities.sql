-- +goose Up
-- What members did, for those who follow them. The types are 1 review, 2 rating, 3 viewing, 4 list, 5 comment.
CREATE TABLE IF NOT EXISTS `activities` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `type` tinyint NOT NULL,
  `object_id` bigint NOT NULL,
  `movie_id` bigint,
  `created_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_activities_object` (`object_id`, `type`),
  INDEX `idx_activities_user` (`user_id`, `id`),
  INDEX `idx_activities_user_type` (`user_id`, `type`, `id`),
  INDEX `idx_activities_movie` (`movie_id`),
  CONSTRAINT `fk_activities_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_activities_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Has all that a feed wants to know of whom a member follows. MySQL has no ADD INDEX IF NOT EXISTS.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'follows' AND `index_name` = 'idx_follows_set'),
  'DO 0',
  'ALTER TABLE `follows` ADD INDEX `idx_follows_set` (`follower_id`, `is_following`, `following_id`)');
PREPARE activities FROM @statement;
EXECUTE activities;
DEALLOCATE PREPARE activities;
-- What there is already. A rating that came with a review or a viewing is no activity of its own: theirs shows it.
-- IGNORE, because the step may be run again where a kill kept it from being recorded.
INSERT IGNORE INTO `activities` (`user_id`, `type`, `object_id`, `movie_id`, `created_at`)
SELECT `user_id`, `type`, `object_id`, `movie_id`, `at` FROM (
  SELECT `user_id`, 1 AS `type`, `id` AS `object_id`, `movie_id`, `created_at` AS `at` FROM `reviews`
  UNION ALL SELECT `user_id`, 2, `id`, `movie_id`, `rated_at` FROM `movie_ratings` AS `r`
    WHERE NOT EXISTS (SELECT 1 FROM `reviews` AS `w`
      WHERE `w`.`user_id` = `r`.`user_id` AND `w`.`movie_id` = `r`.`movie_id` AND `w`.`created_at` = `r`.`rated_at`)
    AND NOT EXISTS (SELECT 1 FROM `viewings` AS `v`
      WHERE `v`.`movie_id` = `r`.`movie_id` AND `v`.`user_id` = `r`.`user_id` AND `v`.`rating` = `r`.`rating`
      AND (ABS(TIMESTAMPDIFF(MICROSECOND, `v`.`created_at`, `r`.`rated_at`)) < 2000000
        OR ABS(TIMESTAMPDIFF(MICROSECOND, `v`.`updated_at`, `r`.`rated_at`)) < 2000000))
  UNION ALL SELECT `user_id`, 3, `id`, `movie_id`, `created_at` FROM `viewings`
  UNION ALL SELECT `user_id`, 4, `id`, NULL, `created_at` FROM `lists` WHERE `is_public`
  UNION ALL SELECT `c`.`user_id`, 5, `c`.`id`, `w`.`movie_id`, `c`.`created_at`
    FROM `comments` AS `c` JOIN `reviews` AS `w` ON `w`.`id` = `c`.`review_id` WHERE `c`.`user_id` IS NOT NULL
) AS `all_there_is` ORDER BY `at`, `type`, `object_id`;

-- +goose Down
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`statistics`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'follows' AND `index_name` = 'idx_follows_set'),
  'ALTER TABLE `follows` DROP INDEX `idx_follows_set`',
  'DO 0');
PREPARE activities FROM @statement;
EXECUTE activities;
DEALLOCATE PREPARE activities;
DROP TABLE IF EXISTS `activities`;
