-- +goose Up
CREATE TABLE IF NOT EXISTS `notifications` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `seq` bigint NOT NULL,
  `type` varchar(20) NOT NULL,
  `actor_id` bigint NULL,
  `review_id` bigint NULL,
  `created_at` datetime(6) NOT NULL,
  `read_at` datetime(6) NULL,
  UNIQUE INDEX `idx_notifications_user_seq` (`user_id`, `seq`),
  INDEX `idx_notifications_unread` (`user_id`, `read_at`, `seq`),
  INDEX `idx_notifications_same` (`user_id`, `type`, `actor_id`, `review_id`),
  INDEX `idx_notifications_actor` (`actor_id`),
  CONSTRAINT `fk_notifications_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_notifications_actor_id` FOREIGN KEY (`actor_id`) REFERENCES `users` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `notifications`;
