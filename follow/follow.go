// Package follow owns who follows whom.
//
// It promises that repeating what already stands changes nothing and tells nobody, that every change
// from off to on tells the one who is followed, in the transaction of the change, and that the
// counters of both accounts always equal the rows. The row of a pair stays when a following ends, so
// that it is ordered by its latest beginning once it begins again.
//
// A [Follow] is written by this package alone, and only by [Service.Set]: its hook notifies.
package follow

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
)

// ErrSelf says that nobody follows themselves.
var ErrSelf = apperr.New(apperr.Invalid, "self_follow",
	"You cannot follow yourself.", "자기 자신은 팔로우할 수 없습니다.")

// Follow is that one member follows another, or once did, as it is stored.
type Follow struct {
	ID          int64     `gorm:"primaryKey;autoIncrement;index:idx_follows_followings,priority:4;index:idx_follows_followers,priority:4"`
	FollowerID  int64     `gorm:"not null;uniqueIndex:idx_follows_pair,priority:1;index:idx_follows_followings,priority:1"`
	FollowingID int64     `gorm:"not null;uniqueIndex:idx_follows_pair,priority:2;index:idx_follows_followers,priority:1"`
	IsFollowing bool      `gorm:"not null;index:idx_follows_followings,priority:2;index:idx_follows_followers,priority:2"`
	FollowedAt  time.Time `gorm:"not null;precision:6;index:idx_follows_followings,priority:3;index:idx_follows_followers,priority:3"` // when it last began

	began bool // it was turned on and nobody was told yet
}

// turn switches the following on or off and reports whether that is a change.
func (f *Follow) turn(on bool, now time.Time) bool {
	if f.IsFollowing == on {
		return false
	}
	f.IsFollowing, f.began = on, on
	if on {
		f.FollowedAt = now
	}
	return true
}

// AfterSave tells who is followed when this save is of a following that was just turned on. GORM also
// calls it after saves that changed nothing and on rows that were never loaded, which tell nobody, and
// after inserts that met a conflict: those tell nobody either, because they know not what they changed.
func (f *Follow) AfterSave(tx *gorm.DB) error {
	_, upsert := tx.Statement.Clauses[clause.OnConflict{}.Name()]
	if !f.began || f.ID == 0 || upsert {
		return nil
	}
	f.began = false
	err := notify.Send(tx, notify.Event{UserID: f.FollowingID, Type: notify.TypeFollow, ActorID: f.FollowerID})
	if err != nil {
		return fmt.Errorf("tell user %d of a follower: %w", f.FollowingID, err)
	}
	return nil
}
