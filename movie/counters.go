package movie

import (
	"strings"

	"github.com/cinecircle/cinecircle/platform/recount"
)

// Counters are the scores of films, and the copies of their counters in the tables that lists read. They are computed from
// the other counters of films. driver is that of the database.
func Counters(driver string) []recount.Counter {
	all := []recount.Counter{{Table: "movies", Column: "rating_score", Count: strings.ReplaceAll(score(driver), "?", "0")}}
	for _, column := range []string{"like_count", "review_count", "rating_count", "rating_score"} {
		all = append(all, recount.Counter{
			Table: "movie_genres", Key: "movie_id", Column: column, LockTable: "movies",
			Count: "(SELECT movies." + column + " FROM movies WHERE movies.id = movie_genres.movie_id)",
		})
	}
	return all
}
