package notify

import "github.com/cinecircle/cinecircle/platform/recount"

// Counters are the stored counters of notifications.
func Counters() []recount.Counter {
	return []recount.Counter{{
		Table: "notification_states", Key: "user_id", Column: "unread_count",
		Count: "(SELECT COUNT(*) FROM notifications n WHERE n.user_id = notification_states.user_id AND n.read_at IS NULL)",
	}}
}
