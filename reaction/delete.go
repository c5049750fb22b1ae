package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/review"
)

// PurgeUser removes the likes and reactions of an account that is being deleted from the counters of films,
// reviews and lists, which is the order of all domains. The foreign keys delete the rows. No new row can appear
// meanwhile, because the caller has locked the account.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	reactions := func(t Type) *gorm.DB {
		return tx.Model(&MovieReaction{}).Where("user_id = ? AND type = ?", userID, t)
	}
	liked := func(like any) *gorm.DB { return tx.Model(like).Where("user_id = ? AND is_liked = ?", userID, true) }
	for _, c := range []struct {
		rows    *gorm.DB
		of      string // the column of rows with the ids of what is counted
		model   any    // of what is counted
		counter string
	}{
		{reactions(Like), "movie_id", &movie.Movie{}, "like_count"},
		{reactions(Dislike), "movie_id", &movie.Movie{}, "dislike_count"},
		{liked(&ReviewLike{}), "review_id", &review.Review{}, "like_count"},
		{liked(&ListLike{}), "list_id", &list.List{}, "like_count"},
	} {
		var ids []int64
		if err := c.rows.Pluck(c.of, &ids).Error; err != nil {
			return fmt.Errorf("list what user %d reacted to: %w", userID, err)
		}
		if err := database.Decrement(tx, c.model, c.counter, ids); err != nil {
			return err
		}
	}
	return nil
}
