package feed

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
)

// atOnce is how many activities one statement of a deletion or a merge changes.
const atOnce = 2000

// PurgeUser deletes the activities of an account that is being deleted, in chunks: the foreign key would delete all of them
// with one statement. The caller has locked the account, so that no new one appears.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	for {
		var ids []int64
		err := tx.Model(&activity.Activity{}).Where("user_id = ?", userID).Order("id").Limit(atOnce).Pluck("id", &ids).Error
		if err == nil && len(ids) > 0 {
			err = tx.Where("id IN ?", ids).Delete(&activity.Activity{}).Error
		}
		if err != nil {
			return fmt.Errorf("delete the activities of user %d: %w", userID, err)
		}
		if len(ids) < atOnce {
			return nil
		}
	}
}
