-- +goose Up
CREATE TABLE IF NOT EXISTS `emails` (
  `user_id` bigint NOT NULL PRIMARY KEY,
  `address` varchar(254) NOT NULL,
  `address_key` varchar(254) NOT NULL,
  `pending` varchar(254) NOT NULL,
  `token_hash` varchar(64) NOT NULL,
  `expires_at` datetime(6) NULL,
  `confirmed_at` datetime(6) NULL,
  INDEX `idx_emails_address` (`address_key`),
  INDEX `idx_emails_token` (`token_hash`),
  CONSTRAINT `fk_emails_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `password_requests` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `name` varchar(254) NOT NULL,
  `is_email` tinyint(1) NOT NULL,
  `created_at` datetime(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `outgoing_mails` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `recipient` varchar(254) NOT NULL,
  `subject` varchar(255) NOT NULL,
  `body` text NOT NULL,
  `attempts` bigint NOT NULL,
  `due_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  INDEX `idx_outgoing_mails_user` (`user_id`),
  INDEX `idx_outgoing_mails_due` (`due_at`),
  CONSTRAINT `fk_outgoing_mails_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `outgoing_mails`;
DROP TABLE IF EXISTS `password_requests`;
DROP TABLE IF EXISTS `emails`;
