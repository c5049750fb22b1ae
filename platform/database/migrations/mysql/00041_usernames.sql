-- +goose Up
CREATE TABLE IF NOT EXISTS `held_names` (
  `username_key` varchar(255) NOT NULL PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `until` datetime(6) NOT NULL,
  INDEX `idx_held_names_until` (`until`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `held_names`;
