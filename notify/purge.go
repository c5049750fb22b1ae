package notify

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// purgeAtOnce is how many rows one statement changes while an account is deleted.
const purgeAtOnce = 2000

// Purge takes away the notifications to a member, and the member from those to others. It is called in the
// transaction that deletes the account, before its row goes.
//
// The foreign keys would do both, in one statement each. After some 300,000 rows such a statement takes longer than a
// database may be silent, so that the account could never be deleted.
func (s *Service) Purge(tx *gorm.DB, userID int64) error {
	if err := purgeReceived(tx, userID); err != nil {
		return fmt.Errorf("delete the notifications of user %d: %w", userID, err)
	}
	if err := purgeCaused(tx, userID); err != nil {
		return fmt.Errorf("take user %d out of notifications: %w", userID, err)
	}
	return nil
}

func purgeReceived(tx *gorm.DB, userID int64) error {
	var state State
	err := database.ForUpdate(tx).Take(&state, "user_id = ?", userID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil // nobody has told them anything
	}
	if err != nil {
		return err
	}
	for seq := int64(0); seq < state.LastSeq; seq += purgeAtOnce {
		err := tx.Where("user_id = ? AND seq > ? AND seq <= ?", userID, seq, seq+purgeAtOnce).Delete(&Notification{}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func purgeCaused(tx *gorm.DB, userID int64) error {
	for {
		var ids []int64
		if err := tx.Model(&Notification{}).Where("actor_id = ?", userID).Order("id").Limit(purgeAtOnce).Pluck("id", &ids).Error; err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		if err := tx.Model(&Notification{}).Where("id IN ?", ids).UpdateColumn("actor_id", nil).Error; err != nil {
			return err
		}
	}
}
