package follow

import "github.com/cinecircle/cinecircle/platform/recount"

// Counters are the stored counters of follows.
func Counters() []recount.Counter {
	return recount.Of("users",
		[2]string{"follower_count", "follows WHERE follows.following_id = users.id AND follows.is_following"},
		[2]string{"following_count", "follows WHERE follows.follower_id = users.id AND follows.is_following"})
}
