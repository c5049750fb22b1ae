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
	Rows     []Shown   // newest first
	Next     *page.Key // nil on the last page
	Unread   int64     // unread notifications on all pages
	Language string    // of the user, see [Actor]
}

// Shown is a notification, without TargetID, IsNewest and Hidden, with its actor.
type Shown struct {
	Notification
	Actor *Actor // without Language; nil without one, and once the account is deleted
}

// notifications maps the columns of the table.
var notifications = database.TableOf[Notification]()

var selectNotifications = "SELECT " + notifications.Columns() + " FROM notifications WHERE "

// Inbox returns a page of a user's notifications, or of the unread ones.
func (s *Service) Inbox(ctx context.Context, userID int64, unreadOnly bool, p page.Page) (Inbox, error) {
	state, language, err := s.stateAndLanguage(ctx, userID)
	if err != nil {
		return Inbox{}, err
	}
	query, args := s.inboxQuery(userID, unreadOnly, p)
	rows, err := database.Collect(s.DB.Reader(ctx), shownTargets, p.Fetch(), query, args...)
	if err != nil {
		return Inbox{}, fmt.Errorf("load the inbox of user %d: %w", userID, err)
	}
	in := Inbox{Unread: state.UnreadCount, Language: language, Rows: make([]Shown, 0, len(rows))}
	rows, in.Next = page.Cut(rows, p, func(r shownRow) page.Key { return page.Key{Num: r.Seq, ID: r.ID} })
	for i := range rows {
		rows[i].UserID = userID
		in.Rows = append(in.Rows, rows[i].shown(s.ImageURL))
	}
	return in, nil
}

// shownRow is a row of inboxQuery.
type shownRow struct {
	Notification
	actor, image string // the name of the actor, and the storage key of the image
}

// shown returns the notification with its actor. imageURL returns the URL of a storage key.
func (r *shownRow) shown(imageURL func(key string) *string) Shown {
	if r.ActorID == nil || r.actor == "" {
		return Shown{Notification: r.Notification}
	}
	return Shown{r.Notification, &Actor{ID: *r.ActorID, Username: r.actor, ProfileImageURL: imageURL(r.image)}}
}

// shownColumns are the columns of shownTargets: what is shown of a notification.
var shownColumns = "n.id, n.seq, n.type, n.actor_id, n.review_id, n.list_id, n.comment_id, n.movie_id, n.report_id, n.import_id, n.action, n.note, " +
	database.AsText("n.created_at") + ", " + database.AsText("n.read_at") + ", COALESCE(users.username, ''), COALESCE(users.profile_image, '')"

func shownTargets(n *shownRow) []any {
	return database.Into(
		&n.ID, &n.Seq, &n.Type, &n.ActorID, &n.ReviewID, &n.ListID, &n.CommentID, &n.MovieID, &n.ReportID, &n.ImportID, &n.Action, &n.Note,
		&n.CreatedAt, &n.ReadAt, &n.actor, &n.image,
	)
}

// inboxQuery returns the query of a page of an inbox, and its arguments.
func (s *Service) inboxQuery(userID int64, unreadOnly bool, p page.Page) (string, []any) {
	table, condition, args := "notifications n", "n.user_id = ? AND n.hidden = FALSE", []any{userID}
	if unreadOnly {
		if condition += " AND n.read_at IS NULL"; s.DB.Driver() == database.MySQL { // which prefers a walk along the seqs
			table += " FORCE INDEX (idx_notifications_unread)"
		}
	}
	if p.After != nil {
		condition, args = condition+" AND n.seq < ?", append(args, p.After.Num)
	}
	return "SELECT " + shownColumns + " FROM " + table + " LEFT JOIN users ON users.id = n.actor_id WHERE " + condition +
		" ORDER BY n.seq DESC" + database.Limit(s.DB.Driver()), append(args, p.Fetch())
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

// stateAndLanguage returns the counters of a user and the language of the messages to them, see [Actor].
func (s *Service) stateAndLanguage(ctx context.Context, userID int64) (state State, language string, err error) {
	const query = `SELECT COALESCE(s.last_seq, 0), COALESCE(s.unread_count, 0), users.language
		FROM users LEFT JOIN notification_states s ON s.user_id = users.id WHERE users.id = ?`
	state.UserID = userID
	err = s.DB.Row(ctx, query, userID).Scan(&state.LastSeq, &state.UnreadCount, &language)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return State{}, "", fmt.Errorf("load the notification state of user %d: %w", userID, err)
	}
	return state, language, nil
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
	all := make(map[int64]Actor, len(ids))
	for some := range slices.Chunk(slices.Compact(ids), actorsAtOnce) {
		found, err := s.Actors.Actors(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("load the actors of notifications: %w", err)
		}
		maps.Copy(all, found)
	}
	return all, nil
}
