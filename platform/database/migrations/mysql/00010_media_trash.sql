-- +goose Up
CREATE TABLE IF NOT EXISTS `media_trash` (
  `storage_key` varchar(255) NOT NULL PRIMARY KEY,
  `due_at` datetime(6) NOT NULL,
  INDEX `idx_media_trash_due` (`due_at`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `media_trash`;
