package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// pairs are the statements for a table with at most one row for each member and film.
type pairs struct {
	name string // of what a row is
	find string // selects the id and the value of the row of a film and a member
	look string // selects whether the film is shown, whether the member exists, and id and value, or 0 and the empty value
}

func pairsOf(name, table, value, empty string) pairs {
	return pairs{
		name: name,
		find: "SELECT id, " + value + " FROM " + table + " WHERE movie_id = ? AND user_id = ?",
		look: "SELECT EXISTS (SELECT 1 FROM movies WHERE id = ? AND hidden IS NOT TRUE), EXISTS (SELECT 1 FROM users WHERE id = ?)," +
			" COALESCE(p.id, 0), COALESCE(p." + value + ", " + empty + ")" +
			" FROM (SELECT 1) LEFT JOIN " + table + " p ON p.movie_id = ? AND p.user_id = ?",
	}
}

var (
	reactionPairs = pairsOf("reaction", "movie_reactions", "type", "''")
	ratingPairs   = pairsOf("rating", "movie_ratings", "rating", "0")
)

// lockPair locks a member and a film, and reads the row of both, if there is one, as [loadPair] does. It returns
// movie.ErrNotFound, also for a hidden film, or auth.ErrUserGone.
func lockPair(tx *gorm.DB, userID, movieID int64, of pairs, id *int64, value any) error {
	if tx.Name() == database.MySQL {
		err := user.LockThen(tx, func() error { return movie.LockShownID(tx, movieID) }, userID)
		if err != nil {
			return err
		}
		return loadPair(tx, userID, movieID, of, id, value)
	}
	var film, member bool // a transaction has locked everything
	err := database.Each(tx, of.look, []any{movieID, userID, movieID, userID}, func(row database.Scanner) error {
		return row.Scan(&film, &member, id, value)
	})
	switch {
	case err != nil:
		return fmt.Errorf("look for the %s of movie %d by user %d: %w", of.name, movieID, userID, err)
	case !film:
		return movie.ErrNotFound
	case !member:
		return auth.ErrUserGone
	}
	return nil
}

// loadPair reads the row of a member and a film that are locked. Without one, id and value stay as they are. It does not
// lock the row, and on MySQL the lock of a missing row would be a gap lock, which deadlocks with the one of another pair.
func loadPair(tx *gorm.DB, userID, movieID int64, of pairs, id *int64, value any) error {
	err := database.Each(tx, of.find, []any{movieID, userID}, func(row database.Scanner) error { return row.Scan(id, value) })
	if err != nil {
		return fmt.Errorf("load the %s of movie %d by user %d: %w", of.name, movieID, userID, err)
	}
	return nil
}
