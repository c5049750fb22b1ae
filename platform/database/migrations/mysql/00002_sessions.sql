-- +goose Up
CREATE TABLE IF NOT EXISTS `sessions` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `generation` bigint NOT NULL,
  `token_hash` varchar(64) NOT NULL,
  `previous_hash` varchar(64) NOT NULL,
  `rotated_at` datetime(6) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_used_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `user_agent` varchar(255) NOT NULL,
  `ip` varchar(45) NOT NULL,
  INDEX `idx_sessions_user` (`user_id`, `id`),
  INDEX `idx_sessions_expires` (`expires_at`),
  CONSTRAINT `fk_sessions_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `sessions`;
