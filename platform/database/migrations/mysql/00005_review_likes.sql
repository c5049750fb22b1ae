-- +goose Up
CREATE TABLE IF NOT EXISTS `review_likes` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `review_id` bigint NOT NULL,
  `is_liked` boolean NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_review_likes_user_review` (`user_id`, `review_id`),
  INDEX `idx_review_likes_review` (`review_id`),
  CONSTRAINT `fk_review_likes_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_review_likes_review_id` FOREIGN KEY (`review_id`) REFERENCES `reviews` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `review_likes`;
