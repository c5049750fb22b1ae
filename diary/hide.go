package diary

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// HideMovie takes a film that is being hidden out of the counters and the statistics of the members who have marked it
// watched, which are all who have it in their diaries, or puts it back. It is a [movie.HideHook].
func (*Service) HideMovie(tx *gorm.DB, m movie.Movie, hidden bool) error {
	var members []int64
	if err := tx.Model(&WatchedFilm{}).Where("movie_id = ?", m.ID).Pluck("user_id", &members).Error; err != nil {
		return fmt.Errorf("list who has watched movie %d: %w", m.ID, err)
	}
	delta := int64(1)
	if hidden {
		delta = -1
	}
	if err := database.AddTo(tx, &user.User{}, "watched_count", delta, members); err != nil {
		return err
	}
	return database.AddTo(tx, &user.User{}, "diary_version", 1, members)
}
