-- +goose Up
CREATE TABLE IF NOT EXISTS `movie_reactions` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `movie_id` bigint NOT NULL,
  `type` varchar(10) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_movie_reactions_user_movie` (`user_id`, `movie_id`),
  INDEX `idx_movie_reactions_movie` (`movie_id`),
  CONSTRAINT `fk_movie_reactions_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_movie_reactions_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `movie_reactions`;
