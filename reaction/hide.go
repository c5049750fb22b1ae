package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// HideMovie takes the ratings of a film that is being hidden out of the counters of members, or puts them back. It is a
// [movie.HideHook].
func (*Service) HideMovie(tx *gorm.DB, m movie.Movie, hidden bool) error {
	var members []int64
	if err := tx.Model(&MovieRating{}).Where("movie_id = ?", m.ID).Pluck("user_id", &members).Error; err != nil {
		return fmt.Errorf("list who rated movie %d: %w", m.ID, err)
	}
	delta := int64(1)
	if hidden {
		delta = -1
	}
	return database.AddTo(tx, &user.User{}, "rating_count", delta, members)
}
