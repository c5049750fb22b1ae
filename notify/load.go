package notify

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

const (
	loadColumns = "SELECT id, user_id, seq, type, actor_id, review_id, created_at, read_at FROM notifications WHERE "
	loadRange   = "(user_id = ? AND seq > ? AND seq <= ?)" // a range of an index, whose order is not asked for
)

// load fills batches, all of them at once.
func (s *Service) load(ctx context.Context, missing []*batch) error {
	if len(missing) == 0 {
		return nil
	}
	rows, err := s.rowsOf(ctx, missing)
	if err != nil {
		return fmt.Errorf("load notifications of %d users: %w", len(missing), err)
	}
	actors, err := s.actorsOf(ctx, rows)
	if err != nil {
		return err
	}
	for _, b := range missing {
		first, _ := slices.BinarySearchFunc(rows, Notification{UserID: b.userID, Seq: b.from + 1}, bySeq)
		if err := s.fill(b, rows[first:], actors); err != nil {
			return err
		}
	}
	return nil
}

// rowsOf returns up to ahead notifications for each batch, by member and seq.
func (s *Service) rowsOf(ctx context.Context, missing []*batch) ([]Notification, error) {
	ranges := ceil2(len(missing))
	query := loadColumns + loadRange + strings.Repeat(" OR "+loadRange, ranges-1)
	args := make([]any, 0, 3*ranges)
	for i := range ranges {
		b := missing[min(i, len(missing)-1)]
		args = append(args, b.userID, b.from, b.from+ahead)
	}
	var rows []Notification
	err := s.each(ctx, query, args, func(row *sql.Rows) error {
		var n Notification
		err := row.Scan(&n.ID, &n.UserID, &n.Seq, &n.Type, &n.ActorID, &n.ReviewID, &n.CreatedAt, &n.ReadAt)
		rows = append(rows, n)
		return err
	})
	slices.SortFunc(rows, bySeq)
	return rows, err
}

func bySeq(a, b Notification) int {
	return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Seq, b.Seq))
}

// fill encodes the first of rows that are of the batch's member. It ends before a gap: what is missing
// there is about to become visible, and the order is kept by waiting for it.
func (s *Service) fill(b *batch, rows []Notification, actors map[int64]Actor) error {
	for _, n := range rows {
		if n.UserID != b.userID || n.Seq != b.from+1+int64(len(b.frames)) {
			break
		}
		frame, err := encode(n, actors, s.Zone)
		if err != nil {
			return err
		}
		b.frames = append(b.frames, frame)
	}
	return nil
}
