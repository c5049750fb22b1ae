package follow

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/user"
)

// updateAtOnce bounds the ids in one statement; both databases take more.
const updateAtOnce = 500

// uncount takes an account that is about to go out of the counters of those it followed and of those
// who followed it. The rows go with the account. No new ones come in: its row is locked.
func uncount(tx *gorm.DB, userID int64) error {
	followed := tx.Model(&Follow{}).Where("follower_id = ? AND is_following = ?", userID, true)
	if err := lower(tx, "follower_count", followed, "following_id"); err != nil {
		return err
	}
	following := tx.Model(&Follow{}).Where("following_id = ? AND is_following = ?", userID, true)
	return lower(tx, "following_count", following, "follower_id")
}

// lower subtracts one from a counter of all accounts that column of rows names. It goes by their ids
// in ascending order, as user.Lock does, and not by a subquery, for which MariaDB walks all accounts.
func lower(tx *gorm.DB, counter string, rows *gorm.DB, column string) error {
	var ids []int64
	if err := rows.Pluck(column, &ids).Error; err != nil {
		return fmt.Errorf("find whose %s changes: %w", counter, err)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, updateAtOnce) {
		err := tx.Model(&user.User{}).Where("id IN ?", some).
			UpdateColumn(counter, gorm.Expr(counter+" - 1")).Error
		if err != nil {
			return fmt.Errorf("lower %s of %d users: %w", counter, len(some), err)
		}
	}
	return nil
}
