package review

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// Delete deletes a review and its image, or returns [ErrNotFound]. The foreign keys delete its likes.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		r, err := take(tx, id)
		if err != nil {
			return err
		}
		if err := user.AddCounts(tx, r.UserID, user.Counts{Reviews: -1}); err != nil {
			return err
		}
		if err := movie.AddCounts(tx, r.MovieID, movie.Counts{Reviews: -1}); err != nil {
			return err
		}
		if r, err = Lock(tx, id); err != nil { // it may have changed or been deleted before its parents were locked
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&Review{}).Error; err != nil {
			return fmt.Errorf("delete review %d: %w", id, err)
		}
		if err := activity.Remove(tx, activity.Review, id); err != nil {
			return err
		}
		if web.ViewerIDOf(ctx) != r.UserID {
			database.AfterCommit(tx, func() {
				web.LogEvent(ctx, s.log, slog.LevelWarn, "review_deleted_by_other", id, slog.Int64("owner_id", r.UserID))
			})
		}
		return s.media.Discard(tx, r.Image.Whole())
	})
}

// PurgeUser removes the reviews of an account that is being deleted from the counters of films and discards their
// images. The foreign key deletes the rows. The caller has locked the account.
func (s *Service) PurgeUser(tx *gorm.DB, userID int64) error {
	var films []int64
	err := tx.Model(&Review{}).Where("user_id = ?", userID).Order("movie_id").Pluck("movie_id", &films).Error
	if err != nil {
		return fmt.Errorf("list the films reviewed by user %d: %w", userID, err)
	}
	if err := database.Decrement(tx, &movie.Movie{}, "review_count", films); err != nil {
		return err
	}
	if err := movie.CopyCounts(tx, films...); err != nil {
		return err
	}
	return s.discardImages(tx, "user_id = ?", userID)
}

// PurgeMovie does for a film what PurgeUser does for an account. It returns movie.ErrHasReviews when other members have
// reviewed the film, unless by is an admin.
func (s *Service) PurgeMovie(tx *gorm.DB, m movie.Movie, by auth.Viewer) error {
	var authors []int64
	err := tx.Model(&Review{}).Where("movie_id = ?", m.ID).Order("user_id").Pluck("user_id", &authors).Error
	if err != nil {
		return fmt.Errorf("list the authors of reviews of movie %d: %w", m.ID, err)
	}
	foreign := slices.ContainsFunc(authors, func(id int64) bool { return id != by.UserID })
	if foreign && !by.Admin() {
		return movie.ErrHasReviews
	}
	if err := database.Decrement(tx, &user.User{}, "review_count", authors); err != nil {
		return err
	}
	return s.discardImages(tx, "movie_id = ?", m.ID)
}

// discardImages discards the images of reviews that are being deleted. It locks their rows, because an author who
// replaces an image locks only the review: the new image would never be deleted.
func (s *Service) discardImages(tx *gorm.DB, which string, id int64) error {
	var keys []string
	err := database.ForUpdate(tx).Model(&Review{}).Where(which, id).Order("id").Pluck("image", &keys).Error
	if err != nil {
		return fmt.Errorf("list images of reviews: %w", err)
	}
	return s.media.Discard(tx, keys...)
}
