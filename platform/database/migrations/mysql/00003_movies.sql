-- +goose Up
CREATE TABLE IF NOT EXISTS `movies` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `title` varchar(255) NOT NULL,
  `title_key` varchar(745) NOT NULL,
  `plot` mediumtext NOT NULL,
  `cast_members` mediumtext NOT NULL,
  `playtime` bigint NOT NULL,
  `genre` varchar(20) NOT NULL,
  `poster_image` varchar(255) NOT NULL,
  `created_by` bigint NULL,
  `like_count` bigint NOT NULL,
  `dislike_count` bigint NOT NULL,
  `review_count` bigint NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  INDEX `idx_movies_title` (`title_key`, `id`),
  INDEX `idx_movies_likes` (`like_count`, `id`),
  INDEX `idx_movies_genre` (`genre`, `id`),
  INDEX `idx_movies_genre_likes` (`genre`, `like_count`, `id`),
  INDEX `idx_movies_genre_title` (`genre`, `title_key`, `id`),
  INDEX `idx_movies_created_by` (`created_by`),
  CONSTRAINT `fk_movies_created_by` FOREIGN KEY (`created_by`) REFERENCES `users` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `movies`;
