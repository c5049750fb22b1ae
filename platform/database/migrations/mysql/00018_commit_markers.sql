-- +goose Up
-- A transaction writes its mark here, so that it can be found out whether it was committed when the reply to its COMMIT is
-- lost. Rows that were not written for a day belong to no process and are deleted.
CREATE TABLE IF NOT EXISTS `commit_markers` (
  `id` bigint NOT NULL PRIMARY KEY,
  `mark` bigint NOT NULL,
  `connection_id` bigint unsigned NOT NULL,
  `marked_at` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `commit_markers`;
