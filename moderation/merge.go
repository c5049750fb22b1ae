package moderation

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
)

// mergeBatch is how many reports one statement of a merge changes at most.
const mergeBatch = 2000

// MergeMovies moves the open reports about a film to the one that stays. Of a member who has reported both, the report about
// the film that goes stays where it is, because a member has at most one open report of a thing; it closes with the others.
// Closed ones are history.
func (*Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	var ids []int64
	err := tx.Raw("SELECT r.id FROM reports r WHERE r.target_type = ? AND r.target_id = ? AND r.is_open = ? AND NOT EXISTS (SELECT 1 FROM reports o"+
		" WHERE o.reporter_id = r.reporter_id AND o.target_type = r.target_type AND o.target_id = ? AND o.is_open = ?)",
		record.Movie, from.ID, true, into.ID, true).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("list the open reports about movie %d: %w", from.ID, err)
	}
	for some := range slices.Chunk(ids, mergeBatch) {
		if err := tx.Model(&Report{}).Where("id IN ?", some).UpdateColumn("target_id", into.ID).Error; err != nil {
			return fmt.Errorf("move reports to movie %d: %w", into.ID, err)
		}
	}
	return nil
}
