package moderation

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// QueueFilter selects what was reported. All conditions that are not zero must hold.
type QueueFilter struct {
	Closed     bool // what was closed, instead of what is open
	TargetType string
	TargetID   int64 // with TargetType only
	AuthorID   int64 // whose it is
	Reports    int   // how many reports of each thing are returned at most
}

// Reported is something that was reported, with its open reports, or with those that were closed together.
type Reported struct {
	Shown           // the oldest report
	Count   int64   // how many reports there are
	Notes   int64   // how many of them have a note
	Reasons []Tally // their reasons, the most frequent first
	Reports []Shown // the oldest of them, as many as were asked for; nil if there is one
}

// Tally is how often a reason was given.
type Tally struct {
	Reason Reason
	Count  int64
}

// Queue returns a page of what was reported, and the key of the next page, nil on the last. A thing is in it once, however
// many open reports it has, at the place of the oldest of them. What is open comes oldest first, what was closed newest
// first, once for each time it was closed.
func (s *Service) Queue(ctx context.Context, f QueueFilter, p page.Page) ([]Reported, *page.Key, error) {
	q, order := s.reportsOf(ctx, f).Where(oldest(s.db.Driver(), f.Closed)), "id"
	after := "id > ?"
	if f.Closed {
		order, after = "id DESC", "id < ?"
	}
	if p.After != nil {
		q = q.Where(after, p.After.ID)
	}
	var rows []Report
	if err := q.Order(order).Limit(p.Fetch()).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list what was reported: %w", err)
	}
	rows, next := page.Cut(rows, p, func(r Report) page.Key { return page.Key{ID: r.ID} })
	out, err := s.gather(ctx, f, rows)
	return out, next, err
}

// oldest is the condition that a report is the oldest open one of its target, or of those that were closed with it. Without
// a hint SQLite would look through all open reports of the type, which a wave makes quadratic.
func oldest(driver string, closed bool) string {
	hint, with := "INDEXED BY idx_reports_target", "o.is_open = TRUE"
	if driver == database.MySQL {
		hint = "FORCE INDEX (idx_reports_target)"
	}
	if closed {
		with = "o.is_open IS NULL AND o.closed_at = reports.closed_at"
	}
	return "NOT EXISTS (SELECT 1 FROM reports o " + hint +
		" WHERE o.target_type = reports.target_type AND o.target_id = reports.target_id AND " + with + " AND o.id < reports.id)"
}

// reportsOf selects open or closed reports, along the index that has them in the order of their ids.
func (s *Service) reportsOf(ctx context.Context, f QueueFilter) *gorm.DB {
	index, condition := "idx_reports_open", "reports.is_open = TRUE"
	if f.Closed {
		condition = "reports.is_open IS NULL"
	}
	switch {
	case f.AuthorID != 0:
		index = "idx_reports_author"
	case f.TargetID != 0:
		index = "idx_reports_target"
	case f.TargetType != "":
		index = "idx_reports_type"
	}
	q := s.db.ForceIndex(s.db.Reader(ctx).Model(&Report{}), "reports", index).Where(condition)
	if f.AuthorID != 0 {
		q = q.Where("author_id = ?", f.AuthorID)
	}
	if f.TargetType != "" {
		q = q.Where("target_type = ?", f.TargetType)
	}
	if f.TargetID != 0 {
		q = q.Where("target_id = ?", f.TargetID)
	}
	return q
}

// pile is what Queue has as one: the open reports of a target, or those that were closed together.
type pile struct {
	thing
	closed int64 // when, in microseconds; 0: they are open
}

func pileOf(r Report) pile {
	p := pile{thing: thing{r.TargetType, r.TargetID}}
	if r.ClosedAt != nil {
		p.closed = r.ClosedAt.UnixMicro()
	}
	return p
}

// gather makes what Queue returns of the oldest reports.
func (s *Service) gather(ctx context.Context, f QueueFilter, first []Report) ([]Reported, error) {
	shown, err := s.show(ctx, first)
	if err != nil {
		return nil, err
	}
	out, at := make([]Reported, len(first)), map[pile]*Reported{}
	ids := map[string][]int64{}
	for i, r := range shown {
		out[i] = Reported{Shown: r}
		at[pileOf(r.Report)] = &out[i]
		ids[r.TargetType] = append(ids[r.TargetType], r.TargetID)
	}
	for kind, some := range ids {
		if err := s.tally(ctx, f.Closed, kind, some, at); err != nil {
			return nil, fmt.Errorf("count the reports of %d targets: %w", len(some), err)
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i].Reasons, func(a, b Tally) int { return int(b.Count - a.Count) })
	}
	return out, s.addReports(ctx, f, at)
}

// tally counts the reports of targets by their reasons.
func (s *Service) tally(ctx context.Context, closed bool, kind string, ids []int64, at map[pile]*Reported) error {
	var rows []struct {
		Report
		Count, Noted int64
	}
	where, args := together(closed, kind, ids)
	err := s.db.Reader(ctx).Raw("SELECT target_type, target_id, closed_at, reason, COUNT(*) AS count,"+
		" SUM(CASE WHEN note = '' THEN 0 ELSE 1 END) AS noted FROM reports WHERE "+where+
		" GROUP BY target_type, target_id, closed_at, reason ORDER BY MIN(id)", args...).Scan(&rows).Error
	for _, row := range rows {
		if one := at[pileOf(row.Report)]; one != nil { // else they were closed at another time
			one.Count += row.Count
			one.Notes += row.Noted
			one.Reasons = append(one.Reasons, Tally{row.Reason, row.Count})
		}
	}
	return err
}

// together is the condition of open or closed reports of targets, with its arguments.
func together(closed bool, kind string, ids []int64) (condition string, args []any) {
	in, args := database.InList(ids, kind)
	if closed {
		return "target_type = ? AND target_id IN " + in + " AND is_open IS NULL", args
	}
	return "target_type = ? AND target_id IN " + in + " AND is_open = TRUE", args
}

// addReports adds their reports to things that have several.
func (s *Service) addReports(ctx context.Context, f QueueFilter, at map[pile]*Reported) error {
	targets := map[string][]int64{}
	for p, one := range at {
		if one.Count > 1 {
			targets[p.kind] = append(targets[p.kind], p.id)
		}
	}
	var ids []int64
	for kind, some := range targets {
		var found []int64
		where, args := together(f.Closed, kind, some)
		err := s.db.Reader(ctx).Raw("SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY target_id, closed_at ORDER BY id) AS n"+
			" FROM reports WHERE "+where+") AS numbered WHERE n <= ?", append(args, f.Reports)...).Scan(&found).Error
		if err != nil {
			return fmt.Errorf("list the reports of %d targets: %w", len(some), err)
		}
		ids = append(ids, found...)
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []Report
	if err := s.db.Reader(ctx).Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return fmt.Errorf("load %d reports: %w", len(ids), err)
	}
	shown, err := s.show(ctx, rows)
	for _, r := range shown {
		if one := at[pileOf(r.Report)]; one != nil && one.Count > 1 {
			one.Reports = append(one.Reports, r)
		}
	}
	return err
}
