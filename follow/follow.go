// Package follow owns how members relate to each other: who follows, blocks and mutes whom, and who waits to follow a
// private account.
//
// Following is a toggle (see package toggle): it is idempotent, and the row of a pair stays when the member
// unfollows, so that a follow is listed by the time it last began. A change from off to on notifies the followed
// member, in the transaction of the change. Following a private account makes a request instead, which that account
// accepts or declines. A block ends the follows and requests between two members and keeps them from each other; a mute
// only hides what the other one writes. The counters of accounts always equal the rows.
//
// Every change of two members' relation first locks both accounts (user.Lock), and so do other domains when one member
// acts on what another one wrote; see [CheckBlocked].
//
// Read the files in this order: follow.go (the model and its hook), service.go (the rules), request.go and block.go
// (requests, blocks and mutes), list.go (the queries), delete.go (what a deleted account takes along), handler.go and
// routes.go (the HTTP side). Every domain has the same files.
package follow

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// ErrSelf is returned when members try to follow or unfollow themselves.
var ErrSelf = apperr.New(apperr.Invalid, "self_follow",
	"You cannot follow yourself.", "자기 자신은 팔로우할 수 없습니다.")

// Follow is the stored relation of one member to another. Only this package writes it, by package toggle, because its hook
// notifies.
type Follow struct {
	ID          int64     `gorm:"primaryKey;autoIncrement;index:idx_follows_followings,priority:4;index:idx_follows_followers,priority:4"`
	FollowerID  int64     `gorm:"not null;uniqueIndex:idx_follows_pair,priority:1;index:idx_follows_followings,priority:1;index:idx_follows_set,priority:1"`
	FollowingID int64     `gorm:"not null;uniqueIndex:idx_follows_pair,priority:2;index:idx_follows_followers,priority:1;index:idx_follows_set,priority:3"`
	IsFollowing bool      `gorm:"not null;index:idx_follows_followings,priority:2;index:idx_follows_followers,priority:2;index:idx_follows_set,priority:2"`
	FollowedAt  time.Time `gorm:"not null;precision:6;index:idx_follows_followings,priority:3;index:idx_follows_followers,priority:3"` // the last change to on
	Requested   bool      `gorm:"-"`                                                                                                   // the follower waits for the consent of a private account

	accepted bool // a request of the follower has been accepted
	known    bool // the stored row is read
	change   toggle.Change
}

// Mapping implements [toggle.Row].
func (f *Follow) Mapping() toggle.Mapping {
	changed := []string{"is_following"}
	if f.IsFollowing {
		changed = append(changed, "followed_at")
	}
	return toggle.Mapping{
		Name:    "follow",
		Table:   "follows",
		Pair:    [2]string{"follower_id", "following_id"},
		IDs:     [2]int64{f.FollowerID, f.FollowingID},
		State:   "is_following",
		Changed: changed,
		ID:      &f.ID,
		On:      &f.IsFollowing,
		Known:   f.known,
	}
}

// Lock implements [toggle.Row]. It returns user.ErrNotFound when the followed account does not exist, and
// auth.ErrUserGone when only the follower's does not.
func (f *Follow) Lock(tx *gorm.DB) error { return lock(tx, f.FollowerID, f.FollowingID) }

// Toggle implements [toggle.Row].
func (f *Follow) Toggle(on bool, now time.Time) bool {
	if !f.change.Set(&f.IsFollowing, on) {
		return false
	}
	if on {
		f.FollowedAt = now
	}
	return true
}

// Count implements [toggle.Row].
func (f *Follow) Count(tx *gorm.DB, delta int64) error {
	return user.AddFollow(tx, f.FollowerID, f.FollowingID, delta)
}

// AfterSave notifies the followed member when this save turned the follow on, or the follower when it did so because the
// request was accepted.
func (f *Follow) AfterSave(tx *gorm.DB) error {
	if !f.change.TurnedOn(tx, f.ID) {
		return nil
	}
	e := notify.Event{UserID: f.FollowingID, Type: notify.TypeFollow, ActorID: f.FollowerID}
	if f.accepted {
		e = notify.Event{UserID: f.FollowerID, Type: notify.TypeFollowAccepted, ActorID: f.FollowingID}
	}
	if err := notify.Send(tx, e); err != nil {
		return fmt.Errorf("notify user %d of a follow: %w", e.UserID, err)
	}
	return nil
}
