package comment

import "github.com/cinecircle/cinecircle/platform/recount"

// Counters are the stored counters of comments.
func Counters() []recount.Counter {
	return recount.Of("reviews", [2]string{"comment_count", "comments WHERE comments.review_id = reviews.id AND comments.user_id IS NOT NULL AND NOT comments.hidden"})
}
