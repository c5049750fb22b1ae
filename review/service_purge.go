package review

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// purgeBatch is how many counters one statement changes when all reviews of somebody or something go.
const purgeBatch = 500

// purgeUser prepares for the end of an account, whose row is locked: the films lose its reviews from
// their counts, and the images go. The rows themselves go with the account, by the foreign key.
func (s *Service) purgeUser(tx *gorm.DB, userID int64) error {
	var rows []Review
	err := tx.Select("movie_id", "image").Where("user_id = ?", userID).Order("movie_id").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("list the reviews of user %d: %w", userID, err)
	}
	if err := uncount(tx, &movie.Movie{}, column(rows, func(r Review) int64 { return r.MovieID })); err != nil {
		return err
	}
	return s.media.Discard(tx, column(rows, func(r Review) string { return r.Image })...)
}

// purgeMovie prepares for the end of a film, whose row is locked, as purgeUser does for an account.
// It returns movie.ErrHasReviews when somebody else has reviewed the film and by is no admin.
func (s *Service) purgeMovie(tx *gorm.DB, m movie.Movie, by auth.Viewer) error {
	var rows []Review
	err := tx.Select("user_id", "image").Where("movie_id = ?", m.ID).Order("user_id").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("list the reviews of movie %d: %w", m.ID, err)
	}
	foreign := slices.ContainsFunc(rows, func(r Review) bool { return r.UserID != by.UserID })
	if foreign && !by.Admin() {
		return movie.ErrHasReviews
	}
	if err := uncount(tx, &user.User{}, column(rows, func(r Review) int64 { return r.UserID })); err != nil {
		return err
	}
	return s.media.Discard(tx, column(rows, func(r Review) string { return r.Image })...)
}

// uncount takes one review from the count of each parent. A popular film has more of them than there
// is time for one statement each, so this is not left to AddCounts; the ids are in order, so that two
// transactions lock the rows in the same one.
func uncount(tx *gorm.DB, parent any, ids []int64) error {
	for some := range slices.Chunk(ids, purgeBatch) {
		err := tx.Model(parent).Where("id IN ?", some).
			UpdateColumn("review_count", gorm.Expr("review_count - 1")).Error
		if err != nil {
			return fmt.Errorf("take back %d reviews from their counts: %w", len(some), err)
		}
	}
	return nil
}

func column[T any](rows []Review, of func(Review) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = of(r)
	}
	return out
}
