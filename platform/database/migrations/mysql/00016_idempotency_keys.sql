-- +goose Up
CREATE TABLE IF NOT EXISTS `idempotency_keys` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `idempotency_key` varchar(255) NOT NULL,
  `token` bigint NOT NULL,
  `lease_until` datetime(6) NOT NULL,
  `fingerprint` varchar(64) NOT NULL,
  `status` bigint NOT NULL,
  `location` varchar(255) NOT NULL,
  `language` varchar(2) NOT NULL,
  `body` mediumtext NOT NULL,
  `created_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_idempotency_keys_user_key` (`user_id`, `idempotency_key`),
  INDEX `idx_idempotency_keys_created` (`created_at`),
  CONSTRAINT `fk_idempotency_keys_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `idempotency_keys`;
