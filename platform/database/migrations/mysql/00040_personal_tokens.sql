-- +goose Up
CREATE TABLE IF NOT EXISTS `personal_tokens` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `name` varchar(50) NOT NULL,
  `scope` varchar(5) NOT NULL,
  `token_hash` varchar(64) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NULL,
  `last_used_at` datetime(6) NULL,
  UNIQUE INDEX `idx_personal_tokens_hash` (`token_hash`),
  INDEX `idx_personal_tokens_user` (`user_id`, `id`),
  INDEX `idx_personal_tokens_expires` (`expires_at`),
  CONSTRAINT `fk_personal_tokens_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `personal_tokens`;
