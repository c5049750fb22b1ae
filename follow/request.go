package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// ErrNoRequest is returned for a request that was never made, was taken back, or was answered already.
var ErrNoRequest = apperr.New(apperr.NotFound, "no_follow_request",
	"This user has not asked to follow you, or has taken the request back.", "팔로우 요청이 없거나 이미 취소된 요청입니다.")

// Request is the row of a member who waits for the consent of a private account. Accepting it makes a [Follow]; then, and
// when it is declined or taken back, the row goes. Only [Service.Set] creates it, because its hook notifies.
type Request struct {
	ID          int64     `gorm:"primaryKey;autoIncrement;index:idx_follow_requests_list,priority:3"`
	FollowerID  int64     `gorm:"not null;uniqueIndex:idx_follow_requests_pair,priority:1"`
	FollowingID int64     `gorm:"not null;uniqueIndex:idx_follow_requests_pair,priority:2;index:idx_follow_requests_list,priority:1"`
	RequestedAt time.Time `gorm:"not null;precision:6;index:idx_follow_requests_list,priority:2"`

	untold bool // the account is to be notified of it
}

// TableName implements [schema.Tabler].
func (Request) TableName() string { return "follow_requests" }

// AfterSave notifies the account that is to consent, once. GORM also calls it after saves that changed nothing.
func (r *Request) AfterSave(tx *gorm.DB) error {
	if !r.untold {
		return nil
	}
	r.untold = false
	err := notify.Send(tx, notify.Event{UserID: r.FollowingID, Type: notify.TypeFollowRequest, ActorID: r.FollowerID})
	if err != nil {
		return fmt.Errorf("notify user %d of a request: %w", r.FollowingID, err)
	}
	return nil
}

// request stores the request of a follow at a time, of which there is none. Both accounts are locked.
func (*Service) request(tx *gorm.DB, f Follow, at time.Time, allow func() error) error {
	if err := allow(); err != nil {
		return err
	}
	r := Request{FollowerID: f.FollowerID, FollowingID: f.FollowingID, RequestedAt: at, untold: true}
	if err := tx.Create(&r).Error; err != nil {
		return fmt.Errorf("create request of user %d to follow user %d: %w", r.FollowerID, r.FollowingID, err)
	}
	return nil
}

// Accept makes a member who asked to follow an account its follower, notifies them, and returns the follow. It returns
// [ErrNoRequest], or auth.ErrUserGone when the account does not exist.
func (s *Service) Accept(ctx context.Context, userID, followerID int64) (Follow, error) {
	var f Follow
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		r, err := lockRequest(tx, userID, followerID)
		if err == nil {
			f, err = s.accept(tx, r)
		}
		return err
	})
	return f, err
}

// Decline deletes the request of a member to follow an account. Nobody is notified. It returns the errors of
// [Service.Accept].
func (s *Service) Decline(ctx context.Context, userID, followerID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockRequest(tx, userID, followerID); err != nil {
			return err
		}
		return deleteRequest(tx, followerID, userID)
	})
}

// lockRequest returns the request of a member to follow an account, and locks both accounts.
func lockRequest(tx *gorm.DB, userID, followerID int64) (Request, error) {
	err := lock(tx, userID, followerID)
	if errors.Is(err, user.ErrNotFound) {
		return Request{}, ErrNoRequest
	}
	if err != nil {
		return Request{}, err
	}
	found, err := loadRequests(tx, userID, followerID)
	if err != nil {
		return Request{}, err
	}
	if len(found) == 0 {
		return Request{}, ErrNoRequest
	}
	return found[0], nil
}

// accept turns a request into a follow. Both accounts are locked.
func (s *Service) accept(tx *gorm.DB, r Request) (Follow, error) {
	if err := deleteRequest(tx, r.FollowerID, r.FollowingID); err != nil {
		return Follow{}, err
	}
	f := Follow{FollowerID: r.FollowerID, FollowingID: r.FollowingID, accepted: true}
	return toggle.Turn(tx, s.toggles, f, true, func() error { return nil })
}

// mostAccepted bounds the requests that one transaction accepts, because it locks the accounts of all of them.
const mostAccepted = 100

// AcceptAll accepts all requests to follow an account, the oldest first, and calls done in the transaction after which
// none is left. No request can be made between done and the end of that transaction, because the account is locked. Many
// requests take several transactions; when AcceptAll fails, some of them may have been accepted.
func (s *Service) AcceptAll(ctx context.Context, userID int64, done func(tx *gorm.DB) error) error {
	for left := true; left; {
		err := s.db.Tx(ctx, func(tx *gorm.DB) (err error) {
			if left, err = s.acceptSome(tx, userID); err != nil || left {
				return err
			}
			return done(tx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// acceptSome accepts at most mostAccepted requests, and reports whether others are left. If there are none, the account
// is locked.
func (s *Service) acceptSome(tx *gorm.DB, userID int64) (left bool, err error) {
	var followers []int64
	err = tx.Model(&Request{}).Where("following_id = ?", userID).Order("requested_at, id").Limit(mostAccepted).Pluck("follower_id", &followers).Error
	if err != nil {
		return false, fmt.Errorf("list requests to follow user %d: %w", userID, err)
	}
	found, err := s.lockAll(tx, userID, followers)
	if err != nil {
		return false, err
	}
	for _, r := range found {
		if _, err := s.accept(tx, r); err != nil {
			return false, err
		}
	}
	var others []int64 // among them those that were made before the locks
	err = tx.Model(&Request{}).Where("following_id = ?", userID).Limit(1).Pluck("id", &others).Error
	if err != nil {
		return false, fmt.Errorf("count requests to follow user %d: %w", userID, err)
	}
	return len(others) > 0, nil
}

// lockAll locks an account and those of some who asked to follow it, and returns the requests that they still have.
func (s *Service) lockAll(tx *gorm.DB, userID int64, followers []int64) ([]Request, error) {
	err := user.Lock(tx, append(slices.Clone(followers), userID)...)
	if errors.Is(err, user.ErrNotFound) { // some were deleted meanwhile, with their requests
		err = user.Lock(tx, userID)
	}
	if err != nil || len(followers) == 0 {
		return nil, err
	}
	return loadRequests(tx, userID, followers...)
}

// loadRequests returns the requests of members to follow an account, by the ids of the members.
func loadRequests(tx *gorm.DB, userID int64, followers ...int64) ([]Request, error) {
	var found []Request
	err := tx.Where("following_id = ? AND follower_id IN ?", userID, followers).Order("follower_id").Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("load requests to follow user %d: %w", userID, err)
	}
	return found, nil
}

func deleteRequest(tx *gorm.DB, followerID, followingID int64) error {
	err := database.Exec(tx, "DELETE FROM follow_requests WHERE follower_id = ? AND following_id = ?", followerID, followingID)
	if err != nil {
		return fmt.Errorf("delete request of user %d to follow user %d: %w", followerID, followingID, err)
	}
	return nil
}
