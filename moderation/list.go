package moderation

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Filter selects reports.
type Filter struct {
	Open       *bool  // nil for all, the open ones first
	TargetType string // "" for any
}

// Reports returns a page of the reports, oldest first, and the key of the next page, nil on the last.
func (s *Service) Reports(ctx context.Context, f Filter, p page.Page) ([]Shown, *page.Key, error) {
	var rows []Report
	for _, part := range []struct {
		open bool
		rank int64
	}{{true, 0}, {false, 1}} {
		behind := p.After != nil && p.After.Num > part.rank
		if behind || f.Open != nil && *f.Open != part.open || len(rows) >= p.Fetch() {
			continue
		}
		q := s.reports(ctx, f.TargetType, part.open)
		if p.After != nil && p.After.Num == part.rank {
			q = q.Where("id > ?", p.After.ID)
		}
		var some []Report
		if err := q.Order("id").Limit(p.Fetch() - len(rows)).Find(&some).Error; err != nil {
			return nil, nil, fmt.Errorf("list reports: %w", err)
		}
		rows = append(rows, some...)
	}
	rows, next := page.Cut(rows, p, func(r Report) page.Key {
		if r.Open() {
			return page.Key{ID: r.ID}
		}
		return page.Key{Num: 1, ID: r.ID}
	})
	out, err := s.show(ctx, rows)
	return out, next, err
}

// reports selects the open or closed reports, along an index that has them in the order of their ids.
func (s *Service) reports(ctx context.Context, targetType string, open bool) *gorm.DB {
	index, condition := "idx_reports_open", "is_open IS NULL"
	if open {
		condition = "is_open = TRUE"
	}
	if targetType != "" {
		index = "idx_reports_type"
	}
	q := s.db.ForceIndex(s.db.Reader(ctx).Model(&Report{}), "reports", index).Where(condition)
	if targetType != "" {
		q = q.Where("target_type = ?", targetType)
	}
	return q
}

// show adds the members of reports and how many others are open.
func (s *Service) show(ctx context.Context, rows []Report) ([]Shown, error) {
	var members []int64
	for _, r := range rows {
		for _, id := range []*int64{r.ReporterID, r.AuthorID, r.ClosedBy} {
			if id != nil {
				members = append(members, *id)
			}
		}
	}
	people, err := s.people(ctx, members)
	if err != nil {
		return nil, err
	}
	counts, err := s.openOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Shown, len(rows))
	for i, r := range rows {
		out[i] = Shown{
			Report: r, Reporter: find(people, r.ReporterID), Author: find(people, r.AuthorID), Closer: find(people, r.ClosedBy),
			ReportCount: counts[thing{r.TargetType, r.TargetID}],
		}
	}
	return out, nil
}

// people returns the accounts with some ids that exist.
func (s *Service) people(ctx context.Context, ids []int64) (map[int64]Person, error) {
	found, err := s.users.Faces(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]Person, len(found))
	for id, u := range found {
		out[id] = Person{ID: id, Username: u.Username, ProfileImageURL: s.users.ImageURL(u)}
	}
	return out, nil
}

func find(people map[int64]Person, id *int64) *Person {
	if id == nil {
		return nil
	}
	p, ok := people[*id]
	if !ok {
		return nil
	}
	return &p
}

// thing is a target.
type thing struct {
	kind string
	id   int64
}

// openOf counts the open reports of the targets of reports.
func (s *Service) openOf(ctx context.Context, rows []Report) (map[thing]int64, error) {
	ids := map[string][]int64{}
	for _, r := range rows {
		ids[r.TargetType] = append(ids[r.TargetType], r.TargetID)
	}
	counts := map[thing]int64{}
	for kind, some := range ids {
		in, args := database.InList(some, kind)
		query := "SELECT target_id, COUNT(*) FROM reports WHERE target_type = ? AND is_open = TRUE AND target_id IN " + in + " GROUP BY target_id"
		err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
			var id, n int64
			err := row.Scan(&id, &n)
			counts[thing{kind, id}] = n
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("count the reports of %d targets: %w", len(some), err)
		}
	}
	return counts, nil
}

// OpenAbout returns how many open reports there are about members and what they wrote, by the ids of the members. Those
// without one are missing.
func (s *Service) OpenAbout(ctx context.Context, members []int64) (map[int64]int64, error) {
	counts := map[int64]int64{}
	if len(members) == 0 {
		return counts, nil
	}
	in, args := database.InList(members)
	query := "SELECT author_id, COUNT(*) FROM reports WHERE is_open = TRUE AND author_id IN " + in + " GROUP BY author_id"
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		var id, n int64
		err := row.Scan(&id, &n)
		counts[id] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count the reports about %d members: %w", len(members), err)
	}
	return counts, nil
}

// LogFilter selects entries of the log. All conditions that are not zero must hold.
type LogFilter struct {
	Action     Action
	ActorID    int64
	TargetType string
	TargetID   int64 // with TargetType only
}

// Logged is an entry of the log with its actor, nil for the command line and deleted accounts.
type Logged struct {
	record.Entry
	Actor *Person
}

// Log returns a page of the log, newest first, and the key of the next page, nil on the last.
func (s *Service) Log(ctx context.Context, f LogFilter, p page.Page) ([]Logged, *page.Key, error) {
	q := s.db.Reader(ctx).Model(&record.Entry{})
	conditions, args := f.where()
	if p.After != nil {
		conditions, args = append(conditions, "id < ?"), append(args, p.After.ID)
	}
	if len(conditions) > 0 {
		q = q.Where(strings.Join(conditions, " AND "), args...)
	}
	var rows []record.Entry
	if err := q.Order("id DESC").Limit(p.Fetch()).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list the moderation log: %w", err)
	}
	rows, next := page.Cut(rows, p, func(e record.Entry) page.Key { return page.Key{ID: e.ID} })
	var actors []int64
	for _, e := range rows {
		if e.ActorID != nil {
			actors = append(actors, *e.ActorID)
		}
	}
	people, err := s.people(ctx, actors)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Logged, len(rows))
	for i, e := range rows {
		out[i] = Logged{Entry: e, Actor: find(people, e.ActorID)}
	}
	return out, next, nil
}

func (f LogFilter) where() (conditions []string, args []any) {
	add := func(condition string, value any) {
		conditions, args = append(conditions, condition), append(args, value)
	}
	if f.Action != "" {
		add("action = ?", f.Action)
	}
	if f.ActorID != 0 {
		add("actor_id = ?", f.ActorID)
	}
	if f.TargetType != "" {
		add("target_type = ?", f.TargetType)
	}
	if f.TargetID != 0 {
		add("target_id = ?", f.TargetID)
	}
	return conditions, args
}
