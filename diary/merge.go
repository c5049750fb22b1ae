package diary

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// moveBatch is how many viewings one statement of MergeMovies moves.
const moveBatch = 2000

// MergeMovies moves the marks, watchlist entries and viewings of one film to another; of two marks of one member the later
// stays. A film that is watched now leaves the watchlist, unless it was put there after it was marked. It is a
// [movie.MergeHook].
func (*Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	both, err := movie.MoveNewest(tx, "watched_films", "marked_at", from.ID, into.ID)
	if err != nil {
		return err
	}
	if err := database.Decrement(tx, &user.User{}, "watched_count", both); err != nil {
		return err
	}
	if _, err := movie.MoveNewest(tx, "watchlist_films", "added_at", from.ID, into.ID); err != nil {
		return err
	}
	if err := dropWatched(tx, into.ID); err != nil {
		return fmt.Errorf("take movie %d off the watchlists of those who have watched it: %w", into.ID, err)
	}
	if err := moveViewings(tx, from.ID, into.ID); err != nil {
		return fmt.Errorf("move the viewings of movie %d: %w", from.ID, err)
	}
	return nil
}

func dropWatched(tx *gorm.DB, movieID int64) error {
	var ids []int64
	err := tx.Raw(`SELECT l.id FROM watchlist_films l JOIN watched_films w ON w.movie_id = l.movie_id AND w.user_id = l.user_id
		WHERE l.movie_id = ? AND w.marked_at >= l.added_at`, movieID).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	return tx.Where("id IN ?", ids).Delete(&WatchlistFilm{}).Error
}

func moveViewings(tx *gorm.DB, from, into int64) error {
	for {
		var ids []int64
		err := tx.Model(&Viewing{}).Where("movie_id = ?", from).Limit(moveBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := tx.Model(&Viewing{}).Where("id IN ?", ids).UpdateColumn("movie_id", into).Error; err != nil {
			return err
		}
	}
}
