package diary

import (
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/recount"
)

// Counters are the stored counters of what members have watched. Films that are hidden do not count.
func Counters() []recount.Counter {
	return recount.Of("users", [2]string{"watched_count", "watched_films WHERE watched_films.user_id = users.id AND watched_films.movie_id NOT IN " + movie.HiddenIDs})
}
