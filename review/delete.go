package review

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// Delete deletes a review and its image, or returns [ErrNotFound]. The foreign keys delete its likes.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error { return s.DeleteIn(tx, id) }) //nolint:contextcheck // tx carries it
}

// DeleteIn is [Service.Delete] in a transaction that has locked the author and then the film, or none of both.
func (s *Service) DeleteIn(tx *gorm.DB, id int64) error {
	ctx := tx.Statement.Context
	r, err := lockWhole(tx, id)
	if err != nil {
		return err
	}
	if err := count(tx, r, -r.counted()); err != nil {
		return err
	}
	if err := s.purgeComments(tx, id); err != nil {
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
	if err := s.media.Discard(tx, r.Image.Whole()); err != nil {
		return err
	}
	return record.ByOther(tx, s.clock(), web.ViewerIDOf(ctx), record.Delete, record.Review, id, r.UserID)
}

// PurgeUser removes the reviews of an account that is being deleted from the counters of films and discards their
// images. The foreign key deletes the rows. The caller has locked the account.
func (s *Service) PurgeUser(tx *gorm.DB, userID int64) error {
	var films []int64
	err := tx.Model(&Review{}).Where("user_id = ? AND hidden = 0", userID).Order("movie_id").Pluck("movie_id", &films).Error
	if err != nil {
		return fmt.Errorf("list the films reviewed by user %d: %w", userID, err)
	}
	if err := database.Decrement(tx, &movie.Movie{}, "review_count", films); err != nil {
		return err
	}
	if err := movie.CopyCounts(tx, films...); err != nil {
		return err
	}
	return s.discardParts(tx, "user_id = ?", userID)
}

// PurgeMovie does for a film what PurgeUser does for an account. It returns movie.ErrHasReviews when other members have
// reviewed the film, unless by is an admin.
func (s *Service) PurgeMovie(tx *gorm.DB, m movie.Movie, by auth.Viewer) error {
	var all []Review
	err := tx.Model(&Review{}).Select("user_id", "hidden").Where("movie_id = ?", m.ID).Order("user_id").Find(&all).Error
	if err != nil {
		return fmt.Errorf("list the authors of reviews of movie %d: %w", m.ID, err)
	}
	var authors []int64 // whose counters have the review
	for _, r := range all {
		if r.Hidden == 0 {
			authors = append(authors, r.UserID)
		}
	}
	foreign := slices.ContainsFunc(all, func(r Review) bool { return r.UserID != by.UserID })
	if foreign && !by.Admin() {
		return movie.ErrHasReviews
	}
	if err := database.Decrement(tx, &user.User{}, "review_count", authors); err != nil {
		return err
	}
	return s.discardParts(tx, "movie_id = ?", m.ID)
}

// discardParts discards the images of reviews that are being deleted, and deletes the comments on them. It locks their
// rows, because who replaces an image or comments locks only the review: the new image would never be deleted.
func (s *Service) discardParts(tx *gorm.DB, which string, id int64) error {
	ids, keys, err := lockParts(tx, which, id)
	if err != nil {
		return err
	}
	if err := s.purgeComments(tx, ids...); err != nil {
		return err
	}
	return s.media.Discard(tx, keys...)
}

// lockParts locks reviews and returns their ids and images.
func lockParts(tx *gorm.DB, which string, id int64) (ids []int64, keys []string, err error) {
	var found []Review
	if err := database.ForUpdate(tx).Select("id", "image").Where(which, id).Order("id").Find(&found).Error; err != nil {
		return nil, nil, fmt.Errorf("list images of reviews: %w", err)
	}
	for _, r := range found {
		ids, keys = append(ids, r.ID), append(keys, r.Image.Whole())
	}
	return ids, keys, nil
}

// purgeComments deletes the comments on reviews that are being deleted, which are locked.
func (s *Service) purgeComments(tx *gorm.DB, ids ...int64) error {
	if s.comments == nil {
		return nil
	}
	return s.comments.PurgeReviews(tx, ids...)
}
