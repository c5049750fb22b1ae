package review

import "github.com/cinecircle/cinecircle/platform/recount"

// Counters are the stored counters of reviews.
func Counters() []recount.Counter {
	return append(recount.Of("users", [2]string{"review_count", "reviews WHERE reviews.user_id = users.id AND " + notHidden}),
		recount.Of("movies", [2]string{"review_count", "reviews WHERE reviews.movie_id = movies.id AND " + notHidden})...)
}
