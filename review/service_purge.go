package review

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// purgeBatch is how many counters one statement changes when all reviews of somebody or something go.
const purgeBatch = 500

// purgeUser prepares for the end of an account, whose row is locked: the films lose its reviews from
// their counts, and the images go. The rows themselves go with the account, by the foreign key.
func (s *Service) purgeUser(tx *gorm.DB, userID int64) error {
	var films []int64
	err := tx.Model(&Review{}).Where("user_id = ?", userID).Order("movie_id").Pluck("movie_id", &films).Error
	if err != nil {
		return fmt.Errorf("list the films that user %d reviewed: %w", userID, err)
	}
	if err := uncount(tx, &movie.Movie{}, films); err != nil {
		return err
	}
	return s.discardImages(tx, "user_id = ?", userID)
}

// purgeMovie prepares for the end of a film, whose row is locked, as purgeUser does for an account.
// It returns movie.ErrHasReviews when somebody else has reviewed the film and by is no admin.
func (s *Service) purgeMovie(tx *gorm.DB, m movie.Movie, by auth.Viewer) error {
	var authors []int64
	err := tx.Model(&Review{}).Where("movie_id = ?", m.ID).Order("user_id").Pluck("user_id", &authors).Error
	if err != nil {
		return fmt.Errorf("list who reviewed movie %d: %w", m.ID, err)
	}
	foreign := slices.ContainsFunc(authors, func(id int64) bool { return id != by.UserID })
	if foreign && !by.Admin() {
		return movie.ErrHasReviews
	}
	if err := uncount(tx, &user.User{}, authors); err != nil {
		return err
	}
	return s.discardImages(tx, "movie_id = ?", m.ID)
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

// discardImages discards the images of reviews that are about to go. It locks the rows, after their
// parents: an author who replaces an image at this moment does not lock those, and the new image
// would be left behind.
func (s *Service) discardImages(tx *gorm.DB, which string, id int64) error {
	var keys []string
	err := database.ForUpdate(tx).Model(&Review{}).Where(which, id).Order("id").Pluck("image", &keys).Error
	if err != nil {
		return fmt.Errorf("list images of reviews: %w", err)
	}
	return s.media.Discard(tx, keys...)
}
