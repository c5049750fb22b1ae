package reaction

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/stars"
)

// MovieRating is the stored rating of a film by a member.
type MovieRating struct {
	ID      int64       `gorm:"primaryKey;autoIncrement;index:idx_movie_ratings_user,priority:3;index:idx_movie_ratings_user_rating,priority:4"`
	UserID  int64       `gorm:"not null;uniqueIndex:idx_movie_ratings_pair,priority:2;index:idx_movie_ratings_user,priority:1;index:idx_movie_ratings_user_rating,priority:1"`
	MovieID int64       `gorm:"not null;uniqueIndex:idx_movie_ratings_pair,priority:1"`
	Rating  stars.Stars `gorm:"not null;index:idx_movie_ratings_user_rating,priority:2"`
	RatedAt time.Time   `gorm:"not null;precision:6;index:idx_movie_ratings_user,priority:2;index:idx_movie_ratings_user_rating,priority:3"` // the last time, also with the same rating
}

// RatingHistogram counts how many members gave a film each number of half-stars. It changes in the transaction of the
// ratings, and is read where they would have to be counted. A film that nobody ever rated has none.
type RatingHistogram struct {
	MovieID int64 `gorm:"primaryKey;autoIncrement:false"`
	Half1   int64 `gorm:"not null"`
	Half2   int64 `gorm:"not null"`
	Half3   int64 `gorm:"not null"`
	Half4   int64 `gorm:"not null"`
	Half5   int64 `gorm:"not null"`
	Half6   int64 `gorm:"not null"`
	Half7   int64 `gorm:"not null"`
	Half8   int64 `gorm:"not null"`
	Half9   int64 `gorm:"not null"`
	Half10  int64 `gorm:"not null"`
}
