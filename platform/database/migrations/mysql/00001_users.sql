-- +goose Up
CREATE TABLE IF NOT EXISTS `users` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `username` varchar(50) NOT NULL,
  `username_key` varchar(255) NOT NULL,
  `password_hash` varchar(100) NOT NULL,
  `age` bigint NOT NULL,
  `gender` varchar(10) NOT NULL,
  `role` varchar(10) NOT NULL,
  `profile_image` varchar(255) NOT NULL,
  `last_login` datetime(6) NULL,
  `follower_count` bigint NOT NULL,
  `following_count` bigint NOT NULL,
  `review_count` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_users_username_key` (`username_key`),
  INDEX `idx_users_gender` (`gender`, `id`),
  INDEX `idx_users_age` (`age`, `id`),
  INDEX `idx_users_role` (`role`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `users`;
