package notify

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/notify/live"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/fastjson"
)

// source implements live.Source by the tables.
type source struct{ *Service }

// LastSeq implements live.Source.
func (s source) LastSeq(ctx context.Context, userID int64) (int64, error) {
	state, err := s.state(ctx, userID)
	return state.LastSeq, err
}

// AppendHeads implements live.Source.
func (s source) AppendHeads(ctx context.Context, heads []live.Head, userIDs []int64) ([]live.Head, error) {
	list, args := database.InList(userIDs)
	query := "SELECT user_id, last_seq FROM notification_states WHERE user_id IN " + list
	err := database.Each(s.DB.Reader(ctx), query, args, func(row database.Scanner) error {
		var h live.Head
		err := row.Scan(&h.UserID, &h.LastSeq)
		heads = append(heads, h)
		return err
	})
	return heads, err
}

// Newest implements live.Source by the highest id.
func (s source) Newest(ctx context.Context) (int64, error) {
	var newest sql.NullInt64
	err := s.DB.Row(ctx, "SELECT MAX(id) FROM notifications").Scan(&newest)
	return newest.Int64, err
}

// Load implements live.Source. It takes one query for the notifications of all batches and one for their
// actors.
func (s source) Load(ctx context.Context, batches []*live.Batch) error {
	rows, err := s.rowsOf(ctx, batches)
	if err != nil {
		return fmt.Errorf("load notifications of %d users: %w", len(batches), err)
	}
	actors, err := s.actorsOf(ctx, rows)
	if err != nil {
		return err
	}
	for _, b := range batches {
		first, _ := slices.BinarySearchFunc(rows, Notification{UserID: b.UserID, Seq: b.After + 1}, byUserAndSeq)
		if err := s.appendFrames(b, rows[first:], actors); err != nil {
			return err
		}
	}
	return nil
}

// appendFrames appends the frames of the first rows, which are sorted by user and seq, to the batch of their user.
func (s *Service) appendFrames(b *live.Batch, rows []Notification, users map[int64]Actor) error {
	for _, n := range rows {
		if n.UserID != b.UserID {
			break
		}
		frame, err := s.frame(n, users)
		if err != nil {
			return err
		}
		if !b.Append(n.Seq, frame) {
			break
		}
	}
	return nil
}

// frame returns what sockets get of a notification, nil if it is hidden. All frames are made here.
func (s *Service) frame(n Notification, users map[int64]Actor) ([]byte, error) {
	if n.Hidden {
		return nil, nil
	}
	frame, err := fastjson.Marshal(show(n.with(users), users[n.UserID].Language, s.Zone))
	if err != nil {
		return nil, fmt.Errorf("encode notification %d: %w", n.ID, err)
	}
	return frame, nil
}

// rowsOf returns up to live.BatchSize notifications for each batch, sorted by user and seq.
func (s source) rowsOf(ctx context.Context, batches []*live.Batch) ([]Notification, error) {
	const inRange = "(user_id = ? AND seq > ? AND seq <= ?)" // without ORDER BY, for which SQLite would sort
	ranges := database.InListSize(len(batches))
	query := selectNotifications + inRange + strings.Repeat(" OR "+inRange, ranges-1)
	args := make([]any, 0, 3*ranges)
	for i := range ranges {
		b := batches[min(i, len(batches)-1)]
		args = append(args, b.UserID, b.After, b.After+live.BatchSize)
	}
	rows, err := database.Collect(s.DB.Reader(ctx), notifications.Targets, len(batches), query, args...)
	slices.SortFunc(rows, byUserAndSeq)
	return rows, err
}

func byUserAndSeq(a, b Notification) int {
	return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Seq, b.Seq))
}
