package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Groups is one page of a user's notifications in groups.
type Groups struct {
	Rows   []GroupRow      // the one with the newest notification first
	Next   *page.Key       // nil on the last page
	Actors map[int64]Actor // of the rows, and the user for the language
	Unread int64           // unread notifications, not groups, on all pages
}

// GroupRow is a group with what an entry shows of it.
type GroupRow struct {
	Group
	Latest   Notification
	ActorIDs []int64 // of the latest three actors whose accounts were not deleted, newest first
}

// groups maps the columns of the table.
var groups = database.TableOf[Group]()

// actorsShown is how many actors a GroupRow has at most.
const actorsShown = 3

// Groups returns a page of the groups of a user's notifications, or of those groups that have unread ones.
func (s *Service) Groups(ctx context.Context, userID int64, unreadOnly bool, p page.Page) (Groups, error) {
	state, err := s.state(ctx, userID)
	if err != nil {
		return Groups{}, err
	}
	const table = "notification_groups"
	query, index := s.DB.Reader(ctx).Model(&Group{}), "idx_notification_groups_last"
	if unreadOnly {
		index = "idx_notification_groups_unread"
	}
	query = s.DB.ForceIndex(query, table, index).Select(selectGroup).
		Joins("JOIN notifications latest ON latest.user_id = notification_groups.user_id AND latest.seq = notification_groups.last_seq").
		Where("notification_groups.user_id = ?", userID)
	if unreadOnly {
		query = query.Where("is_unread = ?", true)
	}
	if p.After != nil {
		query = query.Where("last_seq < ?", p.After.Num)
	}
	rows, err := database.Scan(query.Order("last_seq DESC").Limit(p.Fetch()), groupTargets)
	if err != nil {
		return Groups{}, fmt.Errorf("load the notification groups of user %d: %w", userID, err)
	}
	out := Groups{Unread: state.UnreadCount}
	var found []groupScan
	found, out.Next = page.Cut(rows, p, func(r groupScan) page.Key { return page.Key{Num: r.LastSeq, ID: r.ID} })
	ids := []int64{userID}
	for _, row := range found {
		out.Rows = append(out.Rows, row.shown())
		ids = append(ids, out.Rows[len(out.Rows)-1].ActorIDs...)
		if row.Latest.ActorID != nil {
			ids = append(ids, *row.Latest.ActorID)
		}
	}
	if len(found) > 0 {
		out.Actors, err = s.usersByID(ctx, ids)
	}
	return out, err
}

// groupScan is a row of the query of groups.
type groupScan struct {
	GroupRow
	actors [actorsShown]*int64
}

// selectGroup is the columns of groupTargets. Each actor is one step along the index of the group, however large that is.
var selectGroup = groups.ColumnsOf("notification_groups") + ", " + notifications.ColumnsOf("latest") + selectActors()

func selectActors() string {
	var all strings.Builder
	for i := range actorsShown {
		fmt.Fprintf(&all, ", (SELECT n.actor_id %s AND n.is_newest = 1 AND n.actor_id IS NOT NULL ORDER BY n.seq DESC LIMIT 1 OFFSET %d)", ofGroup, i)
	}
	return all.String()
}

func groupTargets(r *groupScan) []any {
	all := append(groups.Targets(&r.Group), notifications.Targets(&r.Latest)...)
	for i := range r.actors {
		all = append(all, &r.actors[i])
	}
	return all
}

// shown returns the row with its actors.
func (r groupScan) shown() GroupRow {
	for _, id := range r.actors {
		if id != nil {
			r.ActorIDs = append(r.ActorIDs, *id)
		}
	}
	return r.GroupRow
}
