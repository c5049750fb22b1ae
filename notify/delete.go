package notify

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// purgeChunk is how many rows one statement of PurgeUser changes at most.
const purgeChunk = 2000

// PurgeUser deletes the notifications of a user and removes the user as actor from those of others. It is
// called in the transaction that deletes the account, before the row of the user is deleted.
//
// The foreign keys would do the same with one statement each. From some 300,000 rows on, such a statement
// exceeds the read timeout of the database connection, and the account could never be deleted.
func (s *Service) PurgeUser(tx *gorm.DB, userID int64) error {
	if err := purgeReceived(tx, userID); err != nil {
		return fmt.Errorf("delete the notifications of user %d: %w", userID, err)
	}
	if err := purgeCaused(tx, userID); err != nil {
		return fmt.Errorf("remove user %d as actor of notifications: %w", userID, err)
	}
	return nil
}

func purgeReceived(tx *gorm.DB, userID int64) error {
	var state State
	err := database.ForUpdate(tx).Take(&state, "user_id = ?", userID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil // the user has no notifications
	}
	if err != nil {
		return err
	}
	for seq := int64(0); seq < state.LastSeq; seq += purgeChunk {
		err := tx.Where("user_id = ? AND seq > ? AND seq <= ?", userID, seq, seq+purgeChunk).Delete(&Notification{}).Error
		if err != nil {
			return err
		}
		if err := tx.Where("user_id = ? AND last_seq > ? AND last_seq <= ?", userID, seq, seq+purgeChunk).Delete(&Group{}).Error; err != nil {
			return err
		}
	}
	return nil
}

func purgeCaused(tx *gorm.DB, userID int64) error {
	for {
		var ids []int64
		err := tx.Model(&Notification{}).Where("actor_id = ?", userID).Order("user_id, type, target_id, id").Limit(purgeChunk).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := tx.Model(&Notification{}).Where("id IN ?", ids).UpdateColumn("actor_id", nil).Error; err != nil {
			return err
		}
	}
}
