package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB      *database.DB
	Users   *user.Service
	Limiter limit.Limiter
	Toggle  limit.Rate // how often one member may begin to follow the same other
	Clock   func() time.Time
}

// Service holds the rules of following.
type Service struct {
	db      *database.DB
	users   *user.Service
	limiter limit.Limiter
	toggle  limit.Rate
	clock   func() time.Time
}

// New returns a service and has the counters of others follow when an account is deleted.
func New(d Deps) *Service {
	s := &Service{db: d.DB, users: d.Users, limiter: d.Limiter, toggle: d.Toggle, clock: d.Clock}
	d.Users.OnDelete(uncount)
	return s
}

// Set has a member follow another or no more, and returns what stands then; it is safe to repeat.
// What was never followed and is not to be is not stored and has no ID. It returns [ErrSelf],
// user.ErrNotFound when there is nobody to follow, auth.ErrUserGone when the follower is no more, and
// apperr.ErrTooMany when the same following began too often lately.
func (s *Service) Set(ctx context.Context, followerID, followingID int64, on bool) (Follow, error) {
	if followerID == followingID {
		return Follow{}, ErrSelf
	}
	// Once per call: a transaction that is run again must not use up the rate.
	ask := sync.OnceValue(func() error { return s.allow(ctx, followerID, followingID) })
	var f Follow
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, followerID, followingID); err != nil {
			return err
		}
		var err error
		if f, err = load(tx, followerID, followingID); err != nil {
			return err
		}
		if !f.turn(on, database.Time(s.clock())) {
			return nil
		}
		if on {
			if err := ask(); err != nil {
				return err
			}
		}
		return save(tx, &f)
	})
	return f, err
}

// allow counts that a following begins.
func (s *Service) allow(ctx context.Context, followerID, followingID int64) error {
	wait, err := s.limiter.Allow(ctx, fmt.Sprintf("toggle:follow:%d:%d", followerID, followingID), s.toggle)
	if err != nil {
		return fmt.Errorf("limit how often user %d follows %d: %w", followerID, followingID, err)
	}
	if wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	return nil
}

// lock holds both accounts, so that nobody else reads or writes the row of this pair meanwhile.
func lock(tx *gorm.DB, followerID, followingID int64) error {
	err := user.Lock(tx, followerID, followingID)
	if !errors.Is(err, user.ErrNotFound) {
		return err
	}
	if err := user.Lock(tx, followingID); err != nil {
		return err
	}
	return auth.ErrUserGone
}

// load returns the row of the pair, or a new one that is off.
func load(tx *gorm.DB, followerID, followingID int64) (Follow, error) {
	f := Follow{FollowerID: followerID, FollowingID: followingID}
	// Find, because a missing row is nothing to report; no lock, because the accounts are locked and
	// the lock of a gap would meet that of another pair.
	err := tx.Where("follower_id = ? AND following_id = ?", followerID, followingID).Limit(1).Find(&f).Error
	if err != nil {
		return Follow{}, fmt.Errorf("load follow of %d by %d: %w", followingID, followerID, err)
	}
	return f, nil
}

// save stores a following that was turned, and counts it.
func save(tx *gorm.DB, f *Follow) error {
	delta := int64(1)
	if !f.IsFollowing {
		delta = -1
	}
	if err := count(tx, f, delta); err != nil {
		return err
	}
	if f.ID == 0 {
		if err := tx.Create(f).Error; err != nil {
			return fmt.Errorf("create follow of %d by %d: %w", f.FollowingID, f.FollowerID, err)
		}
		return nil
	}
	done := tx.Model(f).Select("is_following", "followed_at").Updates(f)
	if done.Error != nil {
		return fmt.Errorf("update follow %d: %w", f.ID, done.Error)
	}
	if done.RowsAffected != 1 { // its hook has run; only a rollback takes the notification back
		return fmt.Errorf("update follow %d: %d rows are affected, want 1", f.ID, done.RowsAffected)
	}
	return nil
}

// count comes before the row is written, whose foreign keys share the locks of these.
func count(tx *gorm.DB, f *Follow, delta int64) error {
	if err := user.AddCounts(tx, f.FollowerID, user.Counts{Followings: delta}); err != nil {
		return err
	}
	return user.AddCounts(tx, f.FollowingID, user.Counts{Followers: delta})
}
