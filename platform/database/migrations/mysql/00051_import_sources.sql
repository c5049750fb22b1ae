-- +goose Up
-- What members have here and what it is in the files that they imported.
CREATE TABLE IF NOT EXISTS `import_sources` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `source_key` varchar(32) NOT NULL,
  `import_id` bigint NOT NULL,
  `n` bigint NOT NULL,
  `kind` varchar(20) NOT NULL,
  `movie_id` bigint NULL,
  `object_id` bigint NOT NULL,
  `made` boolean NOT NULL,
  `file_hash` bigint NOT NULL,
  `state_hash` bigint NOT NULL,
  UNIQUE INDEX `idx_import_sources_key` (`user_id`, `source_key`),
  INDEX `idx_import_sources_import` (`import_id`, `id`),
  INDEX `idx_import_sources_object` (`object_id`, `kind`),
  INDEX `idx_import_sources_movie` (`movie_id`),
  CONSTRAINT `fk_import_sources_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `import_sources`;
