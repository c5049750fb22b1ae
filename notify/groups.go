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
	Rows     []GroupRow      // the one with the newest notification first
	Next     *page.Key       // nil on the last page
	Actors   map[int64]Actor // of the rows
	Unread   int64           // unread notifications, not groups, on all pages
	Language string          // of the user, see [Actor]
}

// GroupRow is a group with what an entry shows of it.
type GroupRow struct {
	Group
	Latest   Notification
	ActorIDs []int64 // of the latest three actors whose accounts were not deleted, newest first
}

// groups maps the columns of the table.
var groups = database.TableOf[Group]()

// Told returns the message of a group whose type has no actor, as [Notification.Told] does. That of several unread reports
// says their number.
func (g GroupRow) Told(language string) string {
	if g.Type == TypeReport && g.Unread > 1 {
		return wordingOf(language).told.reports(g.Unread)
	}
	return g.Latest.Told(language)
}

// actorsShown is how many actors a GroupRow has at most.
const actorsShown = 3

// Groups returns a page of the groups of a user's notifications, or of those groups that have unread ones.
func (s *Service) Groups(ctx context.Context, userID int64, unreadOnly bool, p page.Page) (Groups, error) {
	state, language, err := s.stateAndLanguage(ctx, userID)
	if err != nil {
		return Groups{}, err
	}
	query, args := s.groupsQuery(userID, unreadOnly, p)
	rows, err := database.Collect(s.DB.Reader(ctx), groupTargets, p.Fetch(), query, args...)
	if err != nil {
		return Groups{}, fmt.Errorf("load the notification groups of user %d: %w", userID, err)
	}
	out := Groups{Unread: state.UnreadCount, Language: language}
	var found []groupScan
	found, out.Next = page.Cut(rows, p, func(r groupScan) page.Key { return page.Key{Num: r.LastSeq, ID: r.ID} })
	var ids []int64
	for _, row := range found {
		out.Rows = append(out.Rows, row.shown())
		ids = append(ids, out.Rows[len(out.Rows)-1].ActorIDs...)
		if row.Latest.ActorID != nil {
			ids = append(ids, *row.Latest.ActorID)
		}
	}
	out.Actors, err = s.usersByID(ctx, ids)
	return out, err
}

// groupsQuery returns the query of a page of groups, and its arguments.
func (s *Service) groupsQuery(userID int64, unreadOnly bool, p page.Page) (string, []any) {
	index, conditions, args := "idx_notification_groups_last", "notification_groups.user_id = ?", []any{userID}
	if unreadOnly {
		index, conditions = "idx_notification_groups_unread", conditions+" AND is_unread = TRUE"
	}
	if p.After != nil {
		conditions, args = conditions+" AND notification_groups.last_seq < ?", append(args, p.After.Num)
	}
	if s.DB.Driver() == database.MySQL { // see DB.ForceIndex
		index = " FORCE INDEX (" + index + ")"
	} else {
		index = ""
	}
	return "SELECT " + selectGroup + " FROM notification_groups" + index +
		" JOIN notifications latest ON latest.user_id = notification_groups.user_id AND latest.seq = notification_groups.last_seq WHERE " + conditions +
		" ORDER BY notification_groups.last_seq DESC" + database.Limit(s.DB.Driver()), append(args, p.Fetch())
}

// groupScan is a row of the query of groups.
type groupScan struct {
	GroupRow
	actors [actorsShown]*int64
}

// selectGroup is the columns of groupTargets. Each actor is one step along the index of the group, however large that is; only
// the group of reports is large and has none.
var selectGroup = groups.ColumnsOf("notification_groups") + ", " + notifications.ColumnsOf("latest") + selectActors()

func selectActors() string {
	var all strings.Builder
	for i := range actorsShown {
		fmt.Fprintf(&all, ", CASE WHEN notification_groups.people > %d AND notification_groups.type <> 'report' THEN (SELECT n.actor_id %s AND n.is_newest = 1 AND n.actor_id IS NOT NULL"+
			" ORDER BY n.seq DESC LIMIT 1 OFFSET %[1]d) END", i, ofGroup)
	}
	return all.String()
}

func groupTargets(r *groupScan) []any {
	all := append(groups.Targets(&r.Group), notifications.Targets(&r.Latest)...)
	for i := range r.actors {
		all = append(all, &r.actors[i])
	}
	return database.Into(all...)
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
