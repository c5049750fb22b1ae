package feed

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/movie"
)

// objectTables are the tables of the objects of activities of films, of which members can have one for each film. When
// films are merged, one of two goes.
var objectTables = map[activity.Type]string{activity.Review: "reviews", activity.Rating: "movie_ratings"}

// MergeMovies moves the activities of one film to another, and removes those of objects that are gone because their members
// had one for both. It is a [movie.MergeHook], and follows the hooks of the objects.
func (*Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	for {
		var ids []int64
		err := tx.Model(&activity.Activity{}).Where("movie_id = ?", from.ID).Limit(atOnce).Pluck("id", &ids).Error
		if err == nil && len(ids) > 0 {
			err = tx.Model(&activity.Activity{}).Where("id IN ?", ids).UpdateColumn("movie_id", into.ID).Error
		}
		if err != nil {
			return fmt.Errorf("move the activities of movie %d to %d: %w", from.ID, into.ID, err)
		}
		if len(ids) < atOnce {
			break
		}
	}
	for t, objects := range objectTables {
		var gone []int64
		err := tx.Raw("SELECT a.object_id FROM activities a LEFT JOIN "+objects+" o ON o.id = a.object_id WHERE a.movie_id = ? AND a.type = ? AND o.id IS NULL",
			into.ID, t).Scan(&gone).Error
		if err != nil {
			return fmt.Errorf("look for activities of movie %d without objects: %w", into.ID, err)
		}
		if err := activity.Remove(tx, t, gone...); err != nil {
			return err
		}
	}
	return nil
}
