-- +goose Up
CREATE TABLE IF NOT EXISTS `movie_grams` (
  `gram` bigint NOT NULL,
  `block` bigint NOT NULL,
  `films` varbinary(2048) NOT NULL,
  PRIMARY KEY (`gram`, `block`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `movie_gram_builds` (
  `id` bigint NOT NULL PRIMARY KEY,
  `next_id` bigint NOT NULL,
  `since` datetime(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Films that are there already are indexed by the program, which is why search starts without the index.
INSERT IGNORE INTO `movie_gram_builds` (`id`, `next_id`, `since`)
SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE 9223372036854775807 END, UTC_TIMESTAMP(6);

-- +goose Down
DROP TABLE `movie_gram_builds`;
DROP TABLE `movie_grams`;
