package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// actorsAtOnce is how many actors are looked up in one call.
const actorsAtOnce = 500

// Inbox is one page of a user's notifications.
type Inbox struct {
	Rows   []Notification  // newest first; without TargetID, IsNewest and Hidden
	Next   *page.Key       // nil on the last page
	Actors map[int64]Actor // of the rows, and the user for the language
	Unread int64           // unread notifications on all pages
}

// notifications maps the columns of the table.
var notifications = database.TableOf[Notification]()

var selectNotifications = "SELECT " + notifications.Columns() + " FROM notifications WHERE "

// Inbox returns a page of a user's notifications, or of the unread ones.
func (s *Service) Inbox(ctx context.Context, userID int64, unreadOnly bool, p page.Page) (Inbox, error) {
	state, err := s.state(ctx, userID)
	if err != nil {
		return Inbox{}, err
	}
	query, args := s.inboxQuery(userID, unreadOnly, p)
	rows, err := database.Collect(s.DB.Reader(ctx), shownTargets, p.Fetch(), query, args...)
	if err != nil {
		return Inbox{}, fmt.Errorf("load the inbox of user %d: %w", userID, err)
	}
	for i := range rows {
		rows[i].UserID = userID
	}
	in := Inbox{Unread: state.UnreadCount}
	in.Rows, in.Next = page.Cut(rows, p, func(n Notification) page.Key { return page.Key{Num: n.Seq, ID: n.ID} })
	in.Actors, err = s.actorsOf(ctx, in.Rows)
	return in, err
}

// shownColumns are the columns of shownTargets: what is shown of a notification.
const shownColumns = "id, seq, type, actor_id, review_id, list_id, comment_id, movie_id, report_id, import_id, action, note, created_at, read_at"

func shownTargets(n *Notification) []any {
	return []any{
		&n.ID, &n.Seq, &n.Type, &n.ActorID, &n.ReviewID, &n.ListID, &n.CommentID, &n.MovieID, &n.ReportID, &n.ImportID, &n.Action, &n.Note,
		&n.CreatedAt, &n.ReadAt,
	}
}

// inboxQuery returns the query of a page of an inbox, and its arguments.
func (s *Service) inboxQuery(userID int64, unreadOnly bool, p page.Page) (string, []any) {
	table, condition, args := "notifications", "user_id = ? AND hidden = FALSE", []any{userID}
	if unreadOnly {
		if condition += " AND read_at IS NULL"; s.DB.Driver() == database.MySQL { // which prefers a walk along the seqs
			table += " FORCE INDEX (idx_notifications_unread)"
		}
	}
	if p.After != nil {
		condition, args = condition+" AND seq < ?", append(args, p.After.Num)
	}
	return "SELECT " + shownColumns + " FROM " + table + " WHERE " + condition + " ORDER BY seq DESC" + database.Limit(s.DB.Driver()), append(args, p.Fetch())
}

// Unread returns how many unread notifications a user has, and the seq of the newest notification.
func (s *Service) Unread(ctx context.Context, userID int64) (unread, lastSeq int64, err error) {
	state, err := s.state(ctx, userID)
	return state.UnreadCount, state.LastSeq, err
}

// state returns the counters of a user, zero for one without notifications.
func (s *Service) state(ctx context.Context, userID int64) (State, error) {
	state := State{UserID: userID}
	err := s.DB.Row(ctx, "SELECT last_seq, unread_count FROM notification_states WHERE user_id = ?", userID).
		Scan(&state.LastSeq, &state.UnreadCount)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return State{}, fmt.Errorf("load the notification state of user %d: %w", userID, err)
	}
	return state, nil
}

// actorsOf returns the actors and recipients of notifications by id, without those whose account was deleted.
func (s *Service) actorsOf(ctx context.Context, rows []Notification) (map[int64]Actor, error) {
	var ids []int64
	for _, n := range rows {
		ids = append(ids, n.UserID)
		if n.ActorID != nil {
			ids = append(ids, *n.ActorID)
		}
	}
	return s.usersByID(ctx, ids)
}

// usersByID looks up users, whose ids may repeat.
func (s *Service) usersByID(ctx context.Context, ids []int64) (map[int64]Actor, error) {
	slices.Sort(ids)
	all := map[int64]Actor{}
	for some := range slices.Chunk(slices.Compact(ids), actorsAtOnce) {
		found, err := s.Actors.Actors(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("load the actors of notifications: %w", err)
		}
		maps.Copy(all, found)
	}
	return all, nil
}
