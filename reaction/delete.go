package reaction

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
)

// updateAtOnce bounds the ids in one statement; both databases take more.
const updateAtOnce = 500

// uncount takes an account that is about to go out of the counters of the films and reviews that it
// reacted to: films before reviews, as everywhere. The rows go with the account. No new ones come in:
// its row is locked.
func uncount(tx *gorm.DB, userID int64) error {
	for _, t := range []struct {
		of     Type
		column string
	}{{Like, "like_count"}, {Dislike, "dislike_count"}} {
		reacted := tx.Model(&MovieReaction{}).Where("user_id = ? AND type = ?", userID, t.of)
		if err := lower(tx, &movie.Movie{}, t.column, reacted, "movie_id"); err != nil {
			return err
		}
	}
	liked := tx.Model(&ReviewLike{}).Where("user_id = ? AND is_liked = ?", userID, true)
	return lower(tx, &review.Review{}, "like_count", liked, "review_id")
}

// lower subtracts one from a counter of all rows of a model that column of rows names. It goes by
// their ids in ascending order and not by a subquery, for which MariaDB walks the whole table.
func lower(tx *gorm.DB, model any, counter string, rows *gorm.DB, column string) error {
	var ids []int64
	if err := rows.Pluck(column, &ids).Error; err != nil {
		return fmt.Errorf("find whose %s changes: %w", counter, err)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, updateAtOnce) {
		err := tx.Model(model).Where("id IN ?", some).UpdateColumn(counter, gorm.Expr(counter+" - 1")).Error
		if err != nil {
			return fmt.Errorf("lower %s of %d rows by %s: %w", counter, len(some), column, err)
		}
	}
	return nil
}
