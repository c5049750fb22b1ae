package user

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Filter narrows a search; all that is given must hold.
type Filter struct {
	Username *string // the whole name, in any case and Unicode form
	Part     *string // a part of the name, likewise
	Age      *int64
	Gender   *Gender
}

// Search returns a page of the accounts that match, in the order of their ids.
func (s *Service) Search(ctx context.Context, f Filter, p page.Page) ([]User, *page.Key, error) {
	rows, err := s.search(ctx, f, p)
	if err != nil {
		return nil, nil, fmt.Errorf("search users: %w", err)
	}
	rows, next := page.Cut(rows, p, func(u User) page.Key { return page.Key{ID: u.ID} })
	return rows, next, nil
}

func (s *Service) search(ctx context.Context, f Filter, p page.Page) ([]User, error) {
	indexed := f.byPart()
	if indexed {
		var err error
		if indexed, err = s.index.Complete(ctx); err != nil {
			return nil, err
		}
	}
	if !indexed {
		return database.Scan(f.scan(s.db.Reader(ctx), p), places)
	}
	db := s.db.Reader(ctx)
	w := s.index.Walk(db, usernameKey(*f.Part), f.tags(), false, after(p))
	return textindex.Find(w, p.Fetch(), func(ids []int64) ([]User, error) { return f.among(db, ids) })
}

// byPart reports whether the index of names is the way to what is searched: of a whole name the row is
// known at once, and of some texts nothing is left when they are folded.
func (f Filter) byPart() bool {
	return f.Username == nil && f.Part != nil && usernameKey(*f.Part) != ""
}

// tags returns what the index of names can be asked for besides a part of the name.
func (f Filter) tags() (tags []string) {
	if f.Age != nil {
		tags = append(tags, ageTag(*f.Age))
	}
	if f.Gender != nil {
		tags = append(tags, string(*f.Gender))
	}
	return tags
}

// among returns those of some accounts that match, in the order of their ids.
func (f Filter) among(db *gorm.DB, ids []int64) ([]User, error) {
	query, args := f.amongQuery(ids)
	users := make([]User, 0, len(ids))
	err := database.Each(db, query, args, func(row database.Scanner) error {
		users = append(users, User{})
		return row.Scan(places(&users[len(users)-1])...)
	})
	slices.SortFunc(users, func(a, b User) int { return cmp.Compare(a.ID, b.ID) })
	return users, err
}

// amongQuery has age and gender as expressions, or a planner may read the index of the whole age.
func (f Filter) amongQuery(ids []int64) (string, []any) {
	in, args := textindex.In(ids)
	query := "SELECT " + columns + " FROM users WHERE id IN " + in + " AND INSTR(username_key, ?) > 0"
	args = append(args, usernameKey(*f.Part))
	if f.Age != nil {
		query, args = query+" AND COALESCE(age, 0) = ?", append(args, *f.Age)
	}
	if f.Gender != nil {
		query, args = query+" AND COALESCE(gender, '') = ?", append(args, *f.Gender)
	}
	return query, args
}

// scan returns the query that reads accounts until a page of them match. The first page has the bound of a
// later one, so that both have the same plan.
func (f Filter) scan(db *gorm.DB, p page.Page) *gorm.DB {
	q := db.Model(&User{}).Select(columns).Where("id > ?", after(p))
	if f.Username != nil {
		q = q.Where("username_key = ?", usernameKey(*f.Username))
	}
	if f.Part != nil { // INSTR knows no wildcards, so there is nothing to escape
		q = q.Where("INSTR(username_key, ?) > 0", usernameKey(*f.Part))
	}
	if f.Age != nil {
		q = q.Where("age = ?", *f.Age)
	}
	if f.Gender != nil {
		q = q.Where("gender = ?", *f.Gender)
	}
	return q.Order("id").Limit(p.Fetch())
}

// after returns the id that a page begins after.
func after(p page.Page) int64 {
	if p.After == nil {
		return 0
	}
	return p.After.ID
}
