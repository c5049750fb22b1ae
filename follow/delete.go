package follow

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// PurgeUser removes the follows, blocks and mutes of an account that is being deleted from the counters of the other
// accounts. The foreign keys delete the rows. No new row can appear meanwhile, because the caller has locked the account.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	for _, c := range []struct {
		of      *gorm.DB
		other   string // the column of the other accounts
		counter string // of theirs
	}{
		{tx.Model(&Follow{}).Where("follower_id = ? AND is_following = ?", userID, true), "following_id", "follower_count"},
		{tx.Model(&Follow{}).Where("following_id = ? AND is_following = ?", userID, true), "follower_id", "following_count"},
		{tx.Model(&Block{}).Where("blocked_id = ?", userID), "user_id", "hides_count"},
		{tx.Model(&Mute{}).Where("muted_id = ?", userID), "user_id", "hides_count"},
	} {
		var ids []int64
		if err := c.of.Pluck(c.other, &ids).Error; err != nil {
			return fmt.Errorf("list whose %s counts user %d: %w", c.counter, userID, err)
		}
		if err := database.Decrement(tx, &user.User{}, c.counter, ids); err != nil {
			return err
		}
	}
	return nil
}
