package notify

import "github.com/cinecircle/cinecircle/platform/recount"

// These count for a row of notification_groups. The newest notification of a group is also the newest by its actor.
const (
	ofGroup       = "FROM notifications n WHERE n.user_id = notification_groups.user_id AND n.type = notification_groups.type AND n.target_id = notification_groups.target_id"
	totalInGroup  = "(SELECT COUNT(*) " + ofGroup + " AND n.hidden = 0)"
	unreadInGroup = "(SELECT COUNT(*) " + ofGroup + " AND n.read_at IS NULL)"
	peopleInGroup = "(SELECT COUNT(*) " + ofGroup + " AND n.is_newest = 1)"
	newestInGroup = "(SELECT MAX(n.seq) " + ofGroup + " AND n.is_newest = 1)"
)

// Counters are the stored counters of notifications.
func Counters() []recount.Counter {
	return []recount.Counter{
		{
			Table: "notification_states", Key: "user_id", Column: "unread_count",
			Count: "(SELECT COUNT(*) FROM notifications n WHERE n.user_id = notification_states.user_id AND n.read_at IS NULL)",
		},
		{Table: "notification_groups", Column: "total", Count: totalInGroup},
		{Table: "notification_groups", Column: "unread", Count: unreadInGroup},
		{Table: "notification_groups", Column: "people", Count: peopleInGroup},
		{Table: "notification_groups", Column: "last_seq", Count: newestInGroup},
		{Table: "notification_groups", Column: "is_unread", Count: "CASE WHEN notification_groups.unread > 0 THEN 1 ELSE 0 END"},
	}
}
