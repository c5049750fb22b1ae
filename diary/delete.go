package diary

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// PurgeMovie removes a film that is being deleted from the counters of the members who have marked it watched. The foreign
// keys delete the rows. No new row can appear meanwhile, because the caller has locked the film. A deleted account needs no
// such hook: nobody else counts its rows.
func (*Service) PurgeMovie(tx *gorm.DB, m movie.Movie, _ auth.Viewer) error {
	var members []int64
	if err := tx.Model(&WatchedFilm{}).Where("movie_id = ?", m.ID).Pluck("user_id", &members).Error; err != nil {
		return fmt.Errorf("list who has watched movie %d: %w", m.ID, err)
	}
	return database.Decrement(tx, &user.User{}, "watched_count", members)
}
