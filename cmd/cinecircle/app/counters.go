package app

import (
	"slices"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

// Counters returns every stored counter. Those of package movie are computed from others, so they come last.
func Counters(driver string) []recount.Counter {
	return slices.Concat(
		follow.Counters(), review.Counters(), comment.Counters(), reaction.Counters(), diary.Counters(), list.Counters(), feed.Counters(), notify.Counters(), movie.Counters(driver),
	)
}
