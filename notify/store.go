package notify

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify/live"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// store implements [Send] once its conditions are checked.
func (s *Service) store(tx *gorm.DB, e Event) error {
	seq, before, heard, err := s.number(tx, e)
	if err != nil {
		return fmt.Errorf("number a notification of user %d: %w", e.UserID, err)
	}
	if !heard {
		return nil
	}
	now := database.Time(s.Clock())
	superseded, err := supersede(tx, e, before, now)
	if err != nil {
		return fmt.Errorf("mark earlier notifications of user %d: %w", e.UserID, err)
	}
	if err := addToGroup(tx, e, seq, superseded, before.id != 0); err != nil {
		return fmt.Errorf("count a notification of user %d: %w", e.UserID, err)
	}
	n := Notification{
		UserID: e.UserID, Seq: seq, Type: e.Type, ReviewID: e.ReviewID, ListID: e.ListID, CommentID: e.CommentID, MovieID: e.MovieID,
		ReportID: e.ReportID, ImportID: e.ImportID, Action: e.Action, Note: e.Note, TargetID: e.target(seq), IsNewest: true, CreatedAt: now,
	}
	if e.ActorID != 0 {
		n.ActorID = &e.ActorID
	}
	if n.ID, err = notifications.Insert(tx, &n); err != nil {
		return fmt.Errorf("store a notification of user %d: %w", e.UserID, err)
	}
	ready := s.ahead(tx.Statement.Context, n)
	database.AfterCommit(tx, func() {
		failpoint.Reach("row-before-push")
		s.stored.Add(1)
		s.hub.Push(ready)
		s.publishWake(e.UserID, seq)
	})
	return nil
}

// ahead makes the frame of a notification that is not committed yet, if its recipient has a socket here: a worker would
// first have to be woken, and to load what this transaction knows. It returns nil without one. ctx is that of the
// transaction, so the users are as the notification finds them.
//
// What changes notifications later must call Forget or ForgetAll of the hub, so that the frame is not used: with the state of
// the recipient locked, or in the transaction that has stored the notification.
func (s *Service) ahead(ctx context.Context, n Notification) *live.Batch {
	ready := s.hub.Ahead(n.UserID, n.Seq)
	if ready == nil {
		return nil
	}
	one := []Notification{n}
	users, err := s.actorsOf(ctx, one)
	if err == nil {
		err = s.appendFrames(ready, one, users)
	}
	if err != nil { // not a reason to lose the notification: a worker tries again
		return nil
	}
	return ready
}

// onConflict begins the second half of an upsert. SQLite wants to know which unique columns.
func onConflict(driver, columns string) string {
	if driver == database.MySQL {
		return " ON DUPLICATE KEY UPDATE "
	}
	return " ON CONFLICT (" + columns + ") DO UPDATE SET "
}

// earlier is the newest notification in a group by an actor. Its id is 0 if there is none.
type earlier struct {
	id     int64
	unread bool
}

// number increments the seq of the recipient, unless they do not hear of the event, and returns it with the newest
// notification by the same actor in the group. The state row stays locked to the end of the transaction, so no other
// transaction takes a seq of this user meanwhile. It is one upsert because two transactions that both found no row would each
// wait for the other to insert it.
func (s *Service) number(tx *gorm.DB, e Event) (seq int64, before earlier, heard bool, err error) {
	n := s.ifHeard
	if e.ActorID == 0 {
		n = s.always
	}
	if s.DB.Driver() == database.MySQL {
		rows, err := database.Affect(tx, n.statement, n.args(e)...)
		if err != nil || rows == 0 {
			return 0, earlier{}, false, err
		}
		seq, before, err = s.numbered(tx, e)
		return seq, before, true, err
	}
	var signed int64
	statement, args := n.returning(e)
	err = database.Each(tx, statement, args, func(row database.Scanner) error {
		heard = true
		return row.Scan(&seq, &signed)
	})
	return seq, earlier{max(signed, -signed), signed > 0}, heard, err
}

// returningEarlier makes the statement of a numbering return the seq and the id of the earlier notification, negated if that
// is read. MySQL cannot. SQLite has no statistics and would take idx_notifications_group, which has every like of a review.
const returningEarlier = ` RETURNING last_seq, COALESCE((SELECT CASE WHEN e.read_at IS NULL THEN e.id ELSE -e.id END FROM notifications e INDEXED BY idx_notifications_actor
	WHERE e.actor_id = ? AND e.user_id = ? AND e.type = ? AND e.target_id = ? AND e.is_newest = TRUE), 0)`

// numbering is the statement that numbers a notification if its recipient hears of it.
type numbering struct {
	statement string
	names     []string // of the arguments after the first, which is the recipient
}

var argument = regexp.MustCompile(`@(recipient|actor|type)`)

// numberingOf returns the statement for a condition, see [Deps.Hears].
func numberingOf(hears, driver string) numbering {
	condition := argument.ReplaceAllString(hears, "?")
	return numbering{
		statement: "INSERT INTO notification_states (user_id, last_seq, unread_count) SELECT ?, 1, 1 FROM (SELECT 1 AS one) AS one WHERE " +
			condition + onConflict(driver, "user_id") + "last_seq = last_seq + 1, unread_count = unread_count + 1",
		names: argument.FindAllString(hears, -1),
	}
}

// returning returns the statement of [returningEarlier] and its arguments.
func (n numbering) returning(e Event) (statement string, args []any) {
	return n.statement + returningEarlier, append(n.args(e), e.ActorID, e.UserID, e.Type, e.target(0))
}

func (n numbering) args(e Event) []any {
	args := make([]any, 1, 5+len(n.names))
	args[0] = e.UserID
	for _, name := range n.names {
		switch name {
		case "@recipient":
			args = append(args, e.UserID)
		case "@actor":
			args = append(args, e.ActorID)
		default:
			args = append(args, e.Type)
		}
	}
	return args
}

// numbered returns the seq that number has taken, and the newest notification by the same actor in the group. It locks no
// row: the lock of a row that does not exist would be one of a gap, which deadlocks with that of another pair.
func (s *Service) numbered(tx *gorm.DB, e Event) (seq int64, before earlier, err error) {
	err = s.DB.Row(tx.Statement.Context, `SELECT s.last_seq, COALESCE(e.id, 0), e.read_at IS NULL FROM notification_states s
		LEFT JOIN notifications e ON e.actor_id = ? AND e.user_id = s.user_id AND e.type = ? AND e.target_id = ? AND e.is_newest = ?
		WHERE s.user_id = ?`, e.ActorID, e.Type, e.target(0), true, e.UserID).Scan(&seq, &before.id, &before.unread)
	return seq, before, err
}

// supersede records that an earlier notification is no longer the newest by its actor, and marks it as read if the same
// event comes again, so that the inbox shows one as unread. It reports whether it has marked it.
func supersede(tx *gorm.DB, e Event, before earlier, now time.Time) (bool, error) {
	if before.id == 0 {
		return false, nil
	}
	if before.unread && e.repeats() { // when it was selected; the reader may have read it since
		marked, err := database.Affect(tx, "UPDATE notifications SET is_newest = ?, read_at = ? WHERE id = ? AND read_at IS NULL", false, now, before.id)
		if err != nil {
			return false, err
		}
		if marked > 0 {
			return true, database.Exec(tx, "UPDATE notification_states SET unread_count = unread_count - 1 WHERE user_id = ?", e.UserID)
		}
	}
	return false, database.Exec(tx, "UPDATE notifications SET is_newest = ? WHERE id = ?", false, before.id)
}

// addToGroup counts a notification in its group. superseded says that an unread one was marked as read for it, known that
// the group has one by the same actor.
func addToGroup(tx *gorm.DB, e Event, seq int64, superseded, known bool) error {
	unread, people := 1, 1
	if superseded {
		unread = 0
	}
	if known {
		people = 0
	}
	return database.Exec(tx, "INSERT INTO notification_groups (user_id, type, target_id, total, unread, people, is_unread, last_seq) VALUES (?, ?, ?, 1, 1, 1, ?, ?)"+
		onConflict(tx.Name(), "user_id, type, target_id")+"total = total + 1, unread = unread + ?, people = people + ?, is_unread = ?, last_seq = ?",
		e.UserID, e.Type, e.target(seq), true, seq, unread, people, true, seq)
}
