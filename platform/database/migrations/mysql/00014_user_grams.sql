-- +goose Up
CREATE TABLE IF NOT EXISTS `user_grams` (
  `gram` bigint NOT NULL,
  `block` bigint NOT NULL,
  `users` varbinary(2048) NOT NULL,
  PRIMARY KEY (`gram`, `block`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `user_gram_builds` (
  `id` bigint NOT NULL PRIMARY KEY,
  `next_id` bigint NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Accounts that are there already are indexed by the program, which is why search starts without the index. An
-- instance of an older version that still runs does not index what it writes: stop all of them before.
INSERT IGNORE INTO `user_gram_builds` (`id`, `next_id`)
SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM `users`) THEN 1 ELSE 9223372036854775807 END;

-- +goose Down
DROP TABLE `user_gram_builds`;
DROP TABLE `user_grams`;
