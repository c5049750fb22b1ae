-- +goose Up
-- Imports of members. The file of one is kept in chunks until it has been read, so that every instance can continue.
CREATE TABLE IF NOT EXISTS `imports` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `active_user_id` bigint NULL,
  `status` varchar(10) NOT NULL,
  `format` varchar(40) NOT NULL,
  `encoding` varchar(20) NOT NULL,
  `filename` varchar(255) NOT NULL,
  `asked` varchar(1000) NOT NULL,
  `row_count` bigint NOT NULL,
  `applied` bigint NOT NULL,
  `created_count` bigint NOT NULL,
  `unchanged_count` bigint NOT NULL,
  `kept_count` bigint NOT NULL,
  `needs_review_count` bigint NOT NULL,
  `not_a_film_count` bigint NOT NULL,
  `bad_count` bigint NOT NULL,
  `reason` varchar(1000) NOT NULL,
  `lease_token` bigint NOT NULL,
  `lease_until` datetime(6) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `finished_at` datetime(6) NULL,
  `trimmed` boolean NOT NULL,
  INDEX `idx_imports_user` (`user_id`, `id`),
  UNIQUE INDEX `idx_imports_active` (`active_user_id`),
  INDEX `idx_imports_work` (`status`, `lease_until`, `id`),
  INDEX `idx_imports_old` (`trimmed`, `finished_at`),
  CONSTRAINT `fk_imports_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `import_chunks` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `import_id` bigint NOT NULL,
  `n` bigint NOT NULL,
  `data` mediumblob NOT NULL,
  UNIQUE INDEX `idx_import_chunks_n` (`import_id`, `n`),
  CONSTRAINT `fk_import_chunks_import_id` FOREIGN KEY (`import_id`) REFERENCES `imports` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `import_rows` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `import_id` bigint NOT NULL,
  `n` bigint NOT NULL,
  `kind` varchar(20) NOT NULL,
  `title` varchar(255) NOT NULL,
  `year` bigint NOT NULL,
  `film_key` bigint NOT NULL,
  `source_key` varchar(32) NOT NULL,
  `movie_id` bigint NULL,
  `outcome` varchar(15) NOT NULL,
  `reason` varchar(1000) NOT NULL,
  `candidates` varchar(1000) NOT NULL,
  `skipped` boolean NOT NULL,
  `entry` mediumtext NOT NULL,
  UNIQUE INDEX `idx_import_rows_n` (`import_id`, `n`),
  INDEX `idx_import_rows_outcome` (`import_id`, `outcome`, `n`),
  INDEX `idx_import_rows_film` (`import_id`, `film_key`),
  INDEX `idx_import_rows_movie` (`movie_id`),
  CONSTRAINT `fk_import_rows_import_id` FOREIGN KEY (`import_id`) REFERENCES `imports` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `import_rows`;
DROP TABLE IF EXISTS `import_chunks`;
DROP TABLE IF EXISTS `imports`;
