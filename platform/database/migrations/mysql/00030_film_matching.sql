-- +goose Up
-- What imports find films by, and what they remember. Rows of films that are gone do no harm: ids are never used again.
CREATE TABLE IF NOT EXISTS `movie_title_hashes` (
  `hash` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  PRIMARY KEY (`hash`, `movie_id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `movie_sources` (
  `source_key` varchar(150) NOT NULL PRIMARY KEY,
  `movie_id` bigint NOT NULL,
  `row_hash` bigint NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Titles are folded by the program, so it goes through all films once more, as it does to build the index of titles.
UPDATE `movie_gram_builds` SET
  `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE `next_id` END,
  `since` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN UTC_TIMESTAMP(6) ELSE `since` END;

-- +goose Down
DROP TABLE IF EXISTS `movie_sources`;
DROP TABLE IF EXISTS `movie_title_hashes`;
