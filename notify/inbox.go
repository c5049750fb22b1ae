package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Inbox is one page of a member's notifications.
type Inbox struct {
	Rows   []Notification // newest first
	Next   *page.Key      // nil on the last page
	Actors map[int64]Actor
	Unread int64 // of the whole inbox
}

// columns are those of a notification, and places where they go.
const columns = "id, user_id, seq, type, actor_id, review_id, created_at, read_at"

func (n *Notification) places() []any {
	return []any{&n.ID, &n.UserID, &n.Seq, &n.Type, &n.ActorID, &n.ReviewID, &n.CreatedAt, &n.ReadAt}
}

// Inbox returns a page of the notifications of a member, or of the unread ones.
func (s *Service) Inbox(ctx context.Context, userID int64, unreadOnly bool, p page.Page) (Inbox, error) {
	state, err := s.state(ctx, userID)
	if err != nil {
		return Inbox{}, err
	}
	query := s.DB.Reader(ctx).Model(&Notification{}).Select(columns).Where("user_id = ?", userID)
	if unreadOnly {
		query = s.DB.ForceIndex(query, "notifications", "idx_notifications_unread").Where("read_at IS NULL")
	}
	if p.After != nil {
		query = query.Where("seq < ?", p.After.Num)
	}
	rows, err := database.Scan(query.Order("seq DESC").Limit(p.Fetch()), (*Notification).places)
	if err != nil {
		return Inbox{}, fmt.Errorf("load the inbox of user %d: %w", userID, err)
	}
	in := Inbox{Unread: state.UnreadCount}
	in.Rows, in.Next = page.Cut(rows, p, func(n Notification) page.Key { return page.Key{Num: n.Seq, ID: n.ID} })
	in.Actors, err = s.actorsOf(ctx, in.Rows)
	return in, err
}

// MarkRead marks notifications of a member as read: those with the given ids, of which others than
// theirs are ignored, or all up to a seq when ids is nil.
func (s *Service) MarkRead(ctx context.Context, userID int64, ids []int64, upTo int64) error {
	err := s.DB.Tx(ctx, func(tx *gorm.DB) error {
		err := database.ForUpdate(tx).Take(&State{}, "user_id = ?", userID).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // never notified of anything
		}
		if err != nil {
			return err
		}
		unread := tx.Model(&Notification{}).Where("user_id = ? AND read_at IS NULL", userID)
		if ids == nil {
			unread = unread.Where("seq <= ?", upTo)
		} else {
			unread = unread.Where("id IN ?", ids)
		}
		return markRead(tx, userID, unread, database.Time(s.Clock()))
	})
	if err != nil {
		return fmt.Errorf("mark notifications of user %d as read: %w", userID, err)
	}
	return nil
}

// state returns what is counted of a member, zero for one who was never notified.
func (s *Service) state(ctx context.Context, userID int64) (State, error) {
	state := State{UserID: userID}
	err := s.DB.Row(ctx, "SELECT last_seq, unread_count FROM notification_states WHERE user_id = ?", userID).
		Scan(&state.LastSeq, &state.UnreadCount)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return State{}, fmt.Errorf("load the notification state of user %d: %w", userID, err)
	}
	return state, nil
}

// actorsOf returns who stands behind rows, in a query for every 500 of them.
func (s *Service) actorsOf(ctx context.Context, rows []Notification) (map[int64]Actor, error) {
	var ids []int64
	for _, n := range rows {
		if n.ActorID != nil {
			ids = append(ids, *n.ActorID)
		}
	}
	slices.Sort(ids)
	all := map[int64]Actor{}
	for some := range slices.Chunk(slices.Compact(ids), sweepChunk) {
		actors, err := s.Actors.Actors(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("load the actors of notifications: %w", err)
		}
		maps.Copy(all, actors)
	}
	return all, nil
}
