package notify

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// store implements [Send] once its conditions are checked.
func (s *Service) store(tx *gorm.DB, e Event) error {
	heard, err := s.number(tx, e)
	if err != nil {
		return fmt.Errorf("number a notification of user %d: %w", e.UserID, err)
	}
	if !heard {
		return nil
	}
	seq, before, err := s.numbered(tx, e)
	if err != nil {
		return fmt.Errorf("load the seq of user %d: %w", e.UserID, err)
	}
	now := database.Time(s.Clock())
	superseded, err := supersede(tx, e, before, now)
	if err != nil {
		return fmt.Errorf("mark earlier notifications of user %d: %w", e.UserID, err)
	}
	if err := s.addToGroup(tx, e, seq, superseded, before.id != 0); err != nil {
		return fmt.Errorf("count a notification of user %d: %w", e.UserID, err)
	}
	n := Notification{
		UserID: e.UserID, Seq: seq, Type: e.Type, ActorID: &e.ActorID, ReviewID: e.ReviewID, ListID: e.ListID, CommentID: e.CommentID,
		MovieID: e.MovieID, TargetID: e.target(), IsNewest: true, CreatedAt: now,
	}
	if _, err := notifications.Insert(tx, &n); err != nil {
		return fmt.Errorf("store a notification of user %d: %w", e.UserID, err)
	}
	database.AfterCommit(tx, func() {
		failpoint.Reach("row-before-push")
		s.stored.Add(1)
		s.publishWake(e.UserID, seq)
	})
	return nil
}

// onConflict begins the second half of an upsert. SQLite wants to know which unique columns.
func (s *Service) onConflict(columns string) string {
	if s.DB.Driver() == database.MySQL {
		return " ON DUPLICATE KEY UPDATE "
	}
	return " ON CONFLICT (" + columns + ") DO UPDATE SET "
}

// number increments the seq of the recipient, unless they do not hear of the event. The state row stays locked to the end
// of the transaction, so no other transaction takes a seq of this user meanwhile. It is one upsert because two
// transactions that both found no row would each wait for the other to insert it.
func (s *Service) number(tx *gorm.DB, e Event) (heard bool, err error) {
	done := tx.Exec("INSERT INTO notification_states (user_id, last_seq, unread_count) SELECT @recipient, 1, 1 FROM (SELECT 1 AS one) AS one WHERE "+
		s.Hears+s.onConflict("user_id")+"last_seq = last_seq + 1, unread_count = unread_count + 1",
		map[string]any{"recipient": e.UserID, "actor": e.ActorID, "type": e.Type})
	return done.RowsAffected > 0, done.Error
}

// earlier is the newest notification in a group by an actor. Its id is 0 if there is none.
type earlier struct {
	id     int64
	unread bool
}

// numbered returns the seq that number has taken, and the newest notification by the same actor in the group. It locks no
// row: the lock of a row that does not exist would be one of a gap, which deadlocks with that of another pair.
func (s *Service) numbered(tx *gorm.DB, e Event) (seq int64, before earlier, err error) {
	err = s.DB.Row(tx.Statement.Context, `SELECT s.last_seq, COALESCE(e.id, 0), e.read_at IS NULL FROM notification_states s
		LEFT JOIN notifications e ON e.actor_id = ? AND e.user_id = s.user_id AND e.type = ? AND e.target_id = ? AND e.is_newest = ?
		WHERE s.user_id = ?`, e.ActorID, e.Type, e.target(), true, e.UserID).Scan(&seq, &before.id, &before.unread)
	return seq, before, err
}

// supersede records that an earlier notification is no longer the newest by its actor, and marks it as read if the same
// event comes again, so that the inbox shows one as unread. It reports whether it has marked it.
func supersede(tx *gorm.DB, e Event, before earlier, now time.Time) (bool, error) {
	if before.id == 0 {
		return false, nil
	}
	if before.unread && e.repeats() { // when it was selected; the reader may have read it since
		marked := tx.Exec("UPDATE notifications SET is_newest = ?, read_at = ? WHERE id = ? AND read_at IS NULL", false, now, before.id)
		if marked.Error != nil {
			return false, marked.Error
		}
		if marked.RowsAffected > 0 {
			return true, tx.Exec("UPDATE notification_states SET unread_count = unread_count - 1 WHERE user_id = ?", e.UserID).Error
		}
	}
	return false, tx.Exec("UPDATE notifications SET is_newest = ? WHERE id = ?", false, before.id).Error
}

// addToGroup counts a notification in its group. superseded says that an unread one was marked as read for it, known that
// the group has one by the same actor.
func (s *Service) addToGroup(tx *gorm.DB, e Event, seq int64, superseded, known bool) error {
	unread, people := 1, 1
	if superseded {
		unread = 0
	}
	if known {
		people = 0
	}
	return tx.Exec("INSERT INTO notification_groups (user_id, type, target_id, total, unread, people, is_unread, last_seq) VALUES (?, ?, ?, 1, 1, 1, ?, ?)"+
		s.onConflict("user_id, type, target_id")+"total = total + 1, unread = unread + ?, people = people + ?, is_unread = ?, last_seq = ?",
		e.UserID, e.Type, e.target(), true, seq, unread, people, true, seq).Error
}
