package follow

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// PurgeUser removes the follows of an account that is being deleted from the counters of the other accounts. The
// foreign keys delete the rows. No new row can appear meanwhile, because the caller has locked the account.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	for _, e := range []struct {
		end
		counter string // of the accounts at the other end
	}{{followings, "follower_count"}, {followers, "following_count"}} {
		var ids []int64
		err := tx.Model(&Follow{}).Where(e.owner+" = ? AND is_following = ?", userID, true).Pluck(e.other, &ids).Error
		if err != nil {
			return fmt.Errorf("list follows by %s %d: %w", e.owner, userID, err)
		}
		if err := database.Decrement(tx, &user.User{}, e.counter, ids); err != nil {
			return err
		}
	}
	return nil
}
