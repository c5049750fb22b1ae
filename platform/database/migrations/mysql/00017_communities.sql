-- +goose Up
CREATE TABLE IF NOT EXISTS `communities` (
  `id` bigint NOT NULL PRIMARY KEY,
  `uid` varchar(36) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `upgraded_at` datetime(6)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `communities`;
