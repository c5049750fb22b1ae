package follow

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/user"
)

// The errors of members who block or mute themselves.
var (
	ErrSelfBlock = apperr.New(apperr.Invalid, "self_block",
		"You cannot block yourself.", "자기 자신은 차단할 수 없습니다.")
	ErrSelfMute = apperr.New(apperr.Invalid, "self_mute",
		"You cannot mute yourself.", "자기 자신은 뮤트할 수 없습니다.")
)

// ErrBlocked is returned to both members of a block when one follows the other, likes what they wrote, or comments on it.
// It does not say who blocked whom.
var ErrBlocked = apperr.New(apperr.Forbidden, "blocked",
	"You cannot do this, because one of you has blocked the other.", "차단한 회원이나 나를 차단한 회원에게는 할 수 없습니다.")

// Block is the row of a member who has blocked another one. Unblocking deletes it.
type Block struct {
	ID        int64     `gorm:"primaryKey;autoIncrement;index:idx_blocks_list,priority:3"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_blocks_pair,priority:1;index:idx_blocks_blocked,priority:2;index:idx_blocks_list,priority:1"`
	BlockedID int64     `gorm:"not null;uniqueIndex:idx_blocks_pair,priority:2;index:idx_blocks_blocked,priority:1"`
	BlockedAt time.Time `gorm:"not null;precision:6;index:idx_blocks_list,priority:2"`
}

// Mute is the row of a member who has muted another one. Unmuting deletes it.
type Mute struct {
	ID      int64     `gorm:"primaryKey;autoIncrement;index:idx_mutes_list,priority:3"`
	UserID  int64     `gorm:"not null;uniqueIndex:idx_mutes_pair,priority:1;index:idx_mutes_muted,priority:2;index:idx_mutes_list,priority:1"`
	MutedID int64     `gorm:"not null;uniqueIndex:idx_mutes_pair,priority:2;index:idx_mutes_muted,priority:1"`
	MutedAt time.Time `gorm:"not null;precision:6;index:idx_mutes_list,priority:2"`
}

// CheckBlocked returns [ErrBlocked] when either of two members has blocked the other. The caller has locked both accounts
// with user.Lock, so that the answer stays right until the transaction ends.
func CheckBlocked(tx *gorm.DB, a, b int64) error {
	blocked, err := exists(tx, "SELECT id FROM blocks WHERE (user_id = ? AND blocked_id = ?) OR (user_id = ? AND blocked_id = ?)", a, b, b, a)
	if err != nil {
		return fmt.Errorf("load blocks between users %d and %d: %w", a, b, err)
	}
	if blocked {
		return ErrBlocked
	}
	return nil
}

// Blocked returns the SQL condition that either of a member and an account has blocked the other, and its arguments. account is
// the column with the id of the account.
func Blocked(userID int64, account string) (condition string, args []any) {
	return fmt.Sprintf("(EXISTS (SELECT 1 FROM blocks WHERE user_id = ? AND blocked_id = %[1]s)"+
		" OR EXISTS (SELECT 1 FROM blocks WHERE user_id = %[1]s AND blocked_id = ?))", account), []any{userID, userID}
}

// SetBlock makes a member block another one (on) or unblock them. It is idempotent. Blocking ends the follows and the
// requests between the two, and hides what either has been told of the other; unblocking restores none of that. It returns [ErrSelfBlock], user.ErrNotFound when the
// other account does not exist, and auth.ErrUserGone when the member's does not.
func (s *Service) SetBlock(ctx context.Context, userID, otherID int64, on bool) error {
	if userID == otherID {
		return ErrSelfBlock
	}
	return s.hide(ctx, userID, otherID, func(tx *gorm.DB) error {
		b := Block{UserID: userID, BlockedID: otherID, BlockedAt: s.now()}
		changed, err := set(tx, &b, userID, on, "user_id = ? AND blocked_id = ?", userID, otherID)
		if err != nil || !changed || !on {
			return err
		}
		for _, ids := range [][2]int64{{userID, otherID}, {otherID, userID}} {
			if _, err := s.end(tx, pair{Follow: Follow{FollowerID: ids[0], FollowingID: ids[1]}, asked: true}); err != nil {
				return err
			}
		}
		return notify.SilenceBoth(tx, userID, otherID)
	})
}

// SetMute makes a member mute another one (on) or unmute them. It is idempotent, and the other one is not told.
// Muting hides what the member has been told of the other, for good. It returns [ErrSelfMute] and the other errors of [Service.SetBlock].
func (s *Service) SetMute(ctx context.Context, userID, otherID int64, on bool) error {
	if userID == otherID {
		return ErrSelfMute
	}
	return s.hide(ctx, userID, otherID, func(tx *gorm.DB) error {
		m := Mute{UserID: userID, MutedID: otherID, MutedAt: s.now()}
		changed, err := set(tx, &m, userID, on, "user_id = ? AND muted_id = ?", userID, otherID)
		if err != nil || !changed || !on {
			return err
		}
		return notify.Silence(tx, userID, otherID)
	})
}

// hide calls fn in a transaction in which both accounts are locked.
func (s *Service) hide(ctx context.Context, userID, otherID int64, fn func(tx *gorm.DB) error) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lockSeen(tx, userID, otherID); err != nil {
			return err
		}
		return fn(tx)
	})
}

// set stores a block or mute by a member (on), or deletes the one that the condition selects, and reports whether that
// changed anything.
func set[T Block | Mute](tx *gorm.DB, row *T, userID int64, on bool, condition string, ids ...any) (changed bool, err error) {
	var stored []int64
	if err := tx.Model(row).Where(condition, ids...).Pluck("id", &stored).Error; err != nil {
		return false, fmt.Errorf("load %T of users %v: %w", row, ids, err)
	}
	if on == (len(stored) > 0) {
		return false, nil
	}
	delta := int64(-1)
	if on {
		delta = 1
	}
	if err := user.AddCounts(tx, userID, user.Counts{Hides: delta}); err != nil {
		return false, err
	}
	if on {
		err = tx.Create(row).Error
	} else {
		err = tx.Where(condition, ids...).Delete(new(T)).Error
	}
	if err != nil {
		return false, fmt.Errorf("set %T of users %v to %v: %w", row, ids, on, err)
	}
	return true, nil
}
