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

// load reads what comes after each errand into its mailbox, for all of them at once.
func (s *Service) load(ctx context.Context, wanted []errand) error {
	if len(wanted) == 0 {
		return nil
	}
	rows, err := s.rowsAfter(ctx, wanted)
	if err != nil {
		return fmt.Errorf("load notifications of %d users: %w", len(wanted), err)
	}
	actors, err := s.actorsOf(ctx, rows)
	if err != nil {
		return err
	}
	for _, e := range wanted {
		first, _ := slices.BinarySearchFunc(rows, Notification{UserID: e.box.userID, Seq: e.from + 1}, bySeq)
		if e.box.loaded, err = s.batchOf(rows[first:], e, actors); err != nil {
			return err
		}
	}
	return nil
}

// rowsAfter returns up to ahead notifications after each errand, by member and seq.
func (s *Service) rowsAfter(ctx context.Context, wanted []errand) ([]Notification, error) {
	ranges := ceil2(len(wanted))
	query := loadColumns + loadRange + strings.Repeat(" OR "+loadRange, ranges-1)
	args := make([]any, 0, 3*ranges)
	for i := range ranges {
		e := wanted[min(i, len(wanted)-1)]
		args = append(args, e.box.userID, e.from, e.from+ahead)
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

// batchOf encodes the first of rows that are of the errand's member. It ends before a gap: what is missing
// there is about to become visible, and the order is kept by waiting for it.
func (s *Service) batchOf(rows []Notification, e errand, actors map[int64]Actor) (*batch, error) {
	b := &batch{from: e.from}
	for _, n := range rows {
		if n.UserID != e.box.userID || n.Seq != b.from+1+int64(len(b.frames)) {
			break
		}
		frame, err := encode(n, actors, s.Zone)
		if err != nil {
			return nil, err
		}
		b.frames = append(b.frames, frame)
	}
	return b, nil
}
