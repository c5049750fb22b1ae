package follow

import "github.com/cinecircle/cinecircle/platform/recount"

// Counters are the stored counters of follows, and of blocks and mutes.
func Counters() []recount.Counter {
	return append(recount.Of("users",
		[2]string{"follower_count", "follows WHERE follows.following_id = users.id AND follows.is_following"},
		[2]string{"following_count", "follows WHERE follows.follower_id = users.id AND follows.is_following"}),
		recount.Counter{Table: "users", Column: "hides_count", Count: "(SELECT COUNT(*) FROM blocks WHERE blocks.user_id = users.id) + " +
			"(SELECT COUNT(*) FROM mutes WHERE mutes.user_id = users.id)"})
}
