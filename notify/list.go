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
	Rows   []Notification  // newest first
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
	query := s.DB.Reader(ctx).Model(&Notification{}).Select(notifications.Columns()).Where("user_id = ? AND hidden = ?", userID, false)
	if unreadOnly {
		query = s.DB.ForceIndex(query, "notifications", "idx_notifications_unread").Where("read_at IS NULL")
	}
	if p.After != nil {
		query = query.Where("seq < ?", p.After.Num)
	}
	rows, err := database.Scan(query.Order("seq DESC").Limit(p.Fetch()), notifications.Targets)
	if err != nil {
		return Inbox{}, fmt.Errorf("load the inbox of user %d: %w", userID, err)
	}
	in := Inbox{Unread: state.UnreadCount}
	in.Rows, in.Next = page.Cut(rows, p, func(n Notification) page.Key { return page.Key{Num: n.Seq, ID: n.ID} })
	in.Actors, err = s.actorsOf(ctx, in.Rows)
	return in, err
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
