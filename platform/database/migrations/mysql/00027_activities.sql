-- +goose Up
-- What members did, for those who follow them. The types are 1 review, 2 rating, 3 viewing, 4 list, 5 comment.
CREATE TABLE IF NOT EXISTS `activities` (
  `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` bigint NOT NULL,
  `type` tinyint NOT NULL,
  `object_id` bigint NOT NULL,
  `movie_id` bigint,
  `created_at` datetime(6) NOT NULL,
  UNIQUE INDEX `idx_activities_object` (`object_id`, `type`),
  INDEX `idx_activities_user` (`user_id`, `id`),
  INDEX `idx_activities_user_type` (`user_id`, `type`, `id`),
  INDEX `idx_activities_movie` (`movie_id`),
  CONSTRAINT `fk_activities_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_activities_movie_id` FOREIGN KEY (`movie_id`) REFERENCES `movies` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS `activities`;
