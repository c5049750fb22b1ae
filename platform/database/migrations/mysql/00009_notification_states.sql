-- +goose Up
CREATE TABLE IF NOT EXISTS `notification_states` (
  `user_id` bigint NOT NULL PRIMARY KEY,
  `last_seq` bigint NOT NULL,
  `unread_count` bigint NOT NULL,
  CONSTRAINT `fk_notification_states_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `notification_states`;
