package reaction

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// SetLike has a member like a review or no more, and returns what stands then; it is safe to repeat.
// What was never liked and is not to be is not stored and has no ID. It returns review.ErrNotFound,
// auth.ErrUserGone when the member is no more, and apperr.ErrTooMany when the same like began too
// often lately.
func (s *Service) SetLike(ctx context.Context, userID, reviewID int64, on bool) (ReviewLike, error) {
	// A review never changes its author, so this may be read before anything is locked.
	r, err := s.reviews.Get(ctx, reviewID)
	if err != nil {
		return ReviewLike{}, err
	}
	// Once per call: a transaction that is run again must not use up the rate.
	ask := sync.OnceValue(func() error { return s.allow(ctx, userID, reviewID) })
	var l ReviewLike
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockReview(tx, userID, r); err != nil {
			return err
		}
		if l, err = loadLike(tx, userID, reviewID); err != nil {
			return err
		}
		if !l.turn(on, r.UserID, database.Time(s.clock())) {
			return nil
		}
		if on {
			if err := ask(); err != nil {
				return err
			}
		}
		return saveLike(tx, &l)
	})
	return l, err
}

// allow counts that a like begins.
func (s *Service) allow(ctx context.Context, userID, reviewID int64) error {
	wait, err := s.limiter.Allow(ctx, fmt.Sprintf("toggle:like:%d:%d", userID, reviewID), s.toggle)
	if err != nil {
		return fmt.Errorf("limit how often user %d likes review %d: %w", userID, reviewID, err)
	}
	if wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	return nil
}

// lockReview holds the member, the author and the review: users before reviews, as everywhere. The
// author is locked because the notification refers to them, which would lock them later, and two who
// like each other's reviews would then wait for one another.
func lockReview(tx *gorm.DB, userID int64, r review.Review) error {
	gone := user.Lock(tx, userID, r.UserID)
	if gone != nil && !errors.Is(gone, user.ErrNotFound) {
		return gone
	}
	if _, err := review.Lock(tx, r.ID); err != nil {
		return err
	}
	if gone != nil { // the review is there, and so is its author
		return auth.ErrUserGone
	}
	return nil
}

// loadLike returns the row of the member and the review, or a new one that is off.
func loadLike(tx *gorm.DB, userID, reviewID int64) (ReviewLike, error) {
	l := ReviewLike{UserID: userID, ReviewID: reviewID}
	// Find, because a missing row is nothing to report; no lock, because the review is locked and the
	// lock of a gap would meet that of another pair.
	err := tx.Where("user_id = ? AND review_id = ?", userID, reviewID).Limit(1).Find(&l).Error
	if err != nil {
		return ReviewLike{}, fmt.Errorf("load like of review %d by user %d: %w", reviewID, userID, err)
	}
	return l, nil
}

// saveLike stores a like that was turned, and counts it: first, because the foreign key of the row
// shares the lock of the count.
func saveLike(tx *gorm.DB, l *ReviewLike) error {
	delta := int64(1)
	if !l.IsLiked {
		delta = -1
	}
	if err := review.AddLikes(tx, l.ReviewID, delta); err != nil {
		return err
	}
	if l.ID == 0 {
		if err := tx.Create(l).Error; err != nil {
			return fmt.Errorf("create like of review %d: %w", l.ReviewID, err)
		}
		return nil
	}
	done := tx.Model(l).Select("is_liked", "updated_at").Updates(l)
	if done.Error != nil {
		return fmt.Errorf("update like %d: %w", l.ID, done.Error)
	}
	if done.RowsAffected != 1 { // its hook has run; only a rollback takes the notification back
		return fmt.Errorf("update like %d: %d rows are affected, want 1", l.ID, done.RowsAffected)
	}
	return nil
}
