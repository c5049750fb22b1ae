package follow

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
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
	var found []int64
	err := tx.Model(&Block{}).Where("(user_id = ? AND blocked_id = ?) OR (user_id = ? AND blocked_id = ?)", a, b, b, a).
		Limit(1).Pluck("id", &found).Error
	if err != nil {
		return fmt.Errorf("load blocks between users %d and %d: %w", a, b, err)
	}
	if len(found) > 0 {
		return ErrBlocked
	}
	return nil
}
