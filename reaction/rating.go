package reaction

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/user"
)

// MovieRating is the stored rating of a film by a member.
type MovieRating struct {
	ID      int64       `gorm:"primaryKey;autoIncrement;index:idx_movie_ratings_user,priority:3;index:idx_movie_ratings_user_rating,priority:4"`
	UserID  int64       `gorm:"not null;uniqueIndex:idx_movie_ratings_pair,priority:2;index:idx_movie_ratings_user,priority:1;index:idx_movie_ratings_user_rating,priority:1"`
	MovieID int64       `gorm:"not null;uniqueIndex:idx_movie_ratings_pair,priority:1"`
	Rating  stars.Stars `gorm:"not null;index:idx_movie_ratings_user_rating,priority:2"`
	RatedAt time.Time   `gorm:"not null;precision:6;index:idx_movie_ratings_user,priority:2;index:idx_movie_ratings_user_rating,priority:3"` // the last time, also with the same rating
}

// Rate stores the rating of a film by a member and returns it. Rating again changes the same row, also with the same
// rating, which moves RatedAt only; only the first one is an activity. Rate returns movie.ErrNotFound, or auth.ErrUserGone
// when the member's account does not exist.
func (s *Service) Rate(ctx context.Context, userID, movieID int64, rating stars.Stars) (MovieRating, error) {
	var r MovieRating
	err := s.db.Tx(ctx, func(tx *gorm.DB) (err error) {
		now := database.Time(s.clock())
		r, err = s.setRating(tx, userID, movieID, rating, now, &now)
		return err
	})
	return r, err
}

// Unrate takes the rating of a film by a member back. It is idempotent. It returns the errors of [Service.Rate].
func (s *Service) Unrate(ctx context.Context, userID, movieID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		_, err := s.setRating(tx, userID, movieID, 0, time.Time{}, nil)
		return err
	})
}

// RateIn is [Service.Rate] in the running transaction of a review or a viewing, which must not have locked reviews yet. The
// rating is no activity, for that of the review or the viewing shows it. A rating of 0 takes the rating back.
func (s *Service) RateIn(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error {
	_, err := s.setRating(tx, userID, movieID, rating, at, nil)
	return err
}

// setRating changes the rating of a film by a member, with the counters, and marks the film watched. A rating of 0 takes it
// back. Those of the film change first, because the foreign keys of the row share their locks; the account is locked. A new
// rating is an activity of the time announced, if that is not nil.
func (s *Service) setRating(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time, announced *time.Time) (MovieRating, error) {
	r := MovieRating{UserID: userID, MovieID: movieID}
	if err := lockPair(tx, userID, movieID, ratingPairs, &r.ID, &r.Rating); err != nil || rating == 0 && r.ID == 0 {
		return r, err
	}
	before := r.Rating
	r.Rating, r.RatedAt = rating, at
	if r.ID != 0 {
		announced = nil
	}
	if err := countRating(tx, r, before); err != nil {
		return r, err
	}
	if err := storeRating(tx, &r); err != nil {
		return r, fmt.Errorf("store rating of movie %d by user %d: %w", movieID, userID, err)
	}
	if err := recordRating(tx, r, announced); err != nil {
		return r, err
	}
	counts := user.Counts{Ratings: given(rating) - given(before)}
	if rating == 0 || s.watched == nil {
		return r, user.AddCounts(tx, userID, counts)
	}
	return r, s.watched(tx, userID, movieID, counts)
}

// recordRating records the activity of a new rating, unless at is nil, and removes that of a rating that was taken back.
func recordRating(tx *gorm.DB, r MovieRating, at *time.Time) error {
	switch {
	case r.Rating == 0:
		return activity.Remove(tx, activity.Rating, r.ID)
	case at != nil:
		return activity.Record(tx, activity.Entry{
			UserID: r.UserID, Type: activity.Rating, ObjectID: r.ID, MovieID: &r.MovieID, At: *at,
		})
	}
	return nil
}

// given returns the number of ratings that a rating is: 0 for none.
func given(rating stars.Stars) int64 { return int64(min(rating, 1)) }

// countRating changes the counters of the film for a rating that was before, 0 for none.
func countRating(tx *gorm.DB, r MovieRating, before stars.Stars) error {
	if r.Rating == before {
		return nil
	}
	counts := movie.Counts{Ratings: given(r.Rating) - given(before), HalfStars: int64(r.Rating - before)}
	if err := movie.AddCounts(tx, r.MovieID, counts); err != nil {
		return err
	}
	return addToHistogram(tx, r.MovieID, before, r.Rating)
}

func storeRating(tx *gorm.DB, r *MovieRating) (err error) {
	switch {
	case r.Rating == 0:
		return database.Exec(tx, "DELETE FROM movie_ratings WHERE id = ?", r.ID)
	case r.ID == 0:
		r.ID, err = database.Insert(tx, "INSERT INTO movie_ratings (user_id, movie_id, rating, rated_at) VALUES (?, ?, ?, ?)",
			r.UserID, r.MovieID, r.Rating, r.RatedAt)
		return err
	}
	return database.Exec(tx, "UPDATE movie_ratings SET rating = ?, rated_at = ? WHERE id = ?", r.Rating, r.RatedAt, r.ID)
}
