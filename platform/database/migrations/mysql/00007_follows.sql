-- +goose Up
CREATE TABLE IF NOT EXISTS `follows` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `follower_id` bigint NOT NULL,
  `following_id` bigint NOT NULL,
  `is_following` boolean NOT NULL,
  `followed_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_follows_pair` (`follower_id`, `following_id`),
  INDEX `idx_follows_followings` (`follower_id`, `is_following`, `followed_at`, `id`),
  INDEX `idx_follows_followers` (`following_id`, `is_following`, `followed_at`, `id`),
  CONSTRAINT `fk_follows_follower_id` FOREIGN KEY (`follower_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_follows_following_id` FOREIGN KEY (`following_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `follows`;
