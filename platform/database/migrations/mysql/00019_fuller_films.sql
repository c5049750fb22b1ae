-- +goose Up
-- MySQL has no ADD COLUMN IF NOT EXISTS, and the step may be run again where a kill kept it from being recorded. A film
-- has several genres now, so the indexes by genre are those of movie_genres.
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'movies' AND `column_name` = 'details'),
  'DO 0',
  'ALTER TABLE `movies` ADD COLUMN `release_date` varchar(10) NOT NULL DEFAULT '''',
    ADD COLUMN `release_year` bigint NOT NULL DEFAULT 0,
    ADD COLUMN `details` mediumtext NOT NULL DEFAULT (''''),
    ADD INDEX `idx_movies_release` (`release_date`, `id`),
    ADD INDEX `idx_movies_year` (`release_year`, `id`),
    ADD INDEX `idx_movies_year_title` (`release_year`, `title_key`, `id`),
    ADD INDEX `idx_movies_year_likes` (`release_year`, `like_count`, `id`),
    DROP INDEX `idx_movies_genre`, DROP INDEX `idx_movies_genre_likes`, DROP INDEX `idx_movies_genre_title`');
PREPARE fuller_films FROM @statement;
EXECUTE fuller_films;
DEALLOCATE PREPARE fuller_films;
CREATE TABLE IF NOT EXISTS `movie_genres` (
  `movie_id` bigint NOT NULL,
  `genre` varchar(20) NOT NULL,
  `title_key` varchar(745) NOT NULL,
  `like_count` bigint NOT NULL,
  `release_date` varchar(10) NOT NULL,
  `review_count` bigint NOT NULL,
  `rating_count` bigint NOT NULL,
  `rating_score` bigint NOT NULL,
  PRIMARY KEY (`movie_id`, `genre`),
  INDEX `idx_movie_genres_genre` (`genre`, `movie_id`),
  INDEX `idx_movie_genres_title` (`genre`, `title_key`, `movie_id`),
  INDEX `idx_movie_genres_likes` (`genre`, `like_count`, `movie_id`),
  INDEX `idx_movie_genres_release` (`genre`, `release_date`, `movie_id`),
  INDEX `idx_movie_genres_reviews` (`genre`, `review_count`, `movie_id`),
  INDEX `idx_movie_genres_ratings` (`genre`, `rating_count`, `movie_id`),
  INDEX `idx_movie_genres_score` (`genre`, `rating_score`, `movie_id`),
  CONSTRAINT `fk_movie_genres_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT IGNORE INTO `movie_genres` (`movie_id`, `genre`, `title_key`, `like_count`, `release_date`, `review_count`, `rating_count`, `rating_score`)
SELECT `id`, `genre`, `title_key`, `like_count`, '', `review_count`, 0, 0 FROM `movies` WHERE `genre` <> '';
CREATE TABLE IF NOT EXISTS `movie_titles` (
  `movie_id` bigint NOT NULL,
  `title` varchar(255) NOT NULL,
  `title_key` varchar(745) NOT NULL,
  PRIMARY KEY (`movie_id`, `title`),
  INDEX `idx_movie_titles_key` (`title_key`, `movie_id`),
  CONSTRAINT `fk_movie_titles_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `movie_people` (
  `movie_id` bigint NOT NULL,
  `name_key` varchar(765) NOT NULL,
  PRIMARY KEY (`movie_id`, `name_key`),
  INDEX `idx_movie_people_name` (`name_key`, `movie_id`),
  CONSTRAINT `fk_movie_people_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `movie_external_ids` (
  `kind` varchar(20) NOT NULL,
  `value` varchar(30) NOT NULL,
  `movie_id` bigint NOT NULL,
  PRIMARY KEY (`kind`, `value`),
  INDEX `idx_movie_external_ids_movie` (`movie_id`),
  CONSTRAINT `fk_movie_external_ids_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Names are folded by the program, so it goes through all films once more, as it does to build the index of titles.
UPDATE `movie_gram_builds` SET
  `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE `next_id` END,
  `since` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN UTC_TIMESTAMP(6) ELSE `since` END;

-- +goose Down
DROP TABLE IF EXISTS `movie_external_ids`;
DROP TABLE IF EXISTS `movie_people`;
DROP TABLE IF EXISTS `movie_titles`;
DROP TABLE IF EXISTS `movie_genres`;
SET @statement = IF(
  EXISTS (SELECT 1 FROM `information_schema`.`columns`
    WHERE `table_schema` = DATABASE() AND `table_name` = 'movies' AND `column_name` = 'details'),
  'ALTER TABLE `movies` DROP INDEX `idx_movies_year_likes`, DROP INDEX `idx_movies_year_title`, DROP INDEX `idx_movies_year`,
    DROP INDEX `idx_movies_release`, DROP COLUMN `details`, DROP COLUMN `release_year`, DROP COLUMN `release_date`,
    ADD INDEX `idx_movies_genre` (`genre`, `id`),
    ADD INDEX `idx_movies_genre_likes` (`genre`, `like_count`, `id`),
    ADD INDEX `idx_movies_genre_title` (`genre`, `title_key`, `id`)',
  'DO 0');
PREPARE fuller_films FROM @statement;
EXECUTE fuller_films;
DEALLOCATE PREPARE fuller_films;
-- The version before this one knows neither other titles nor further genres.
TRUNCATE TABLE `movie_grams`;
UPDATE `movie_gram_builds` SET `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE `next_id` END;
