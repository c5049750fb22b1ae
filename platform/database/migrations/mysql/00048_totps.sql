-- +goose Up
CREATE TABLE IF NOT EXISTS `totps` (
  `user_id` bigint NOT NULL PRIMARY KEY,
  `secret` varchar(255) NOT NULL,
  `last_step` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `confirmed_at` datetime(6) NULL,
  CONSTRAINT `fk_totps_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `recovery_codes` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `code_hash` varchar(64) NOT NULL,
  UNIQUE INDEX `idx_recovery_codes_code` (`user_id`, `code_hash`),
  CONSTRAINT `fk_recovery_codes_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `recovery_codes`;
DROP TABLE IF EXISTS `totps`;
