package user

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Filter selects accounts. All conditions that are not nil must hold.
type Filter struct {
	Username *string // the whole name, regardless of case and Unicode form
	Part     *string // a part of the name, as people type it; see textindex.Query
	Age      *int64  // with Age or Gender, only members who show them to others
	Gender   *Gender

	unhidden    string // a condition with its arguments, "" for none
	args        []any
	status      auth.Status // for moderators; "" for any
	now         time.Time   // with a status
	hidePending bool
}

// Search returns a page of the accounts that match f, and the key of the next page, or nil on the last page. A search
// for a part of a name returns exact matches first, then the names that begin with the part. Otherwise, and among
// these, accounts are in ascending order of their ids. Whom the reader has blocked or muted is left out.
func (s *Service) Search(ctx context.Context, reader auth.Viewer, f Filter, p page.Page) ([]User, *page.Key, error) {
	if reader.Hides && s.relations != nil {
		f.unhidden, f.args = s.relations.Unhidden(reader, "users.id")
	}
	f.hidePending = !reader.Moderates()
	q := f.query()
	rows, err := s.search(ctx, q, f, p)
	if err != nil {
		return nil, nil, fmt.Errorf("search users: %w", err)
	}
	rows, next := page.Cut(rows, p, func(u User) page.Key {
		if q.Empty() {
			return page.Key{ID: u.ID}
		}
		return page.Key{Num: int64(q.RankOf(u.SearchKey)), ID: u.ID}
	})
	return rows, next, nil
}

// query returns the query for a part of a name.
func (f Filter) query() textindex.Query {
	if f.Part == nil {
		return textindex.Query{}
	}
	return textindex.Parse(*f.Part, "username")
}

func (s *Service) search(ctx context.Context, q textindex.Query, f Filter, p page.Page) ([]User, error) {
	if q.Empty() {
		return database.Scan(f.scan(s.db.Reader(ctx), p), table.Targets)
	}
	complete, err := s.index.Complete(ctx)
	if err != nil {
		return nil, err
	}
	if !complete {
		q = q.Or("username_key", oldUsernameKey(*f.Part))
	}
	db := s.db.Reader(ctx)
	if !complete || f.Username != nil { // a whole name is found by its unique index
		return f.scanRanks(db, q, p)
	}
	return textindex.FindRanked(s.index, db, q, f.tags(), positionOf(p), p.Fetch(), textindex.Ranked[User]{
		Keys: textindex.KeyIndex{Table: "users", ID: "id", Key: "search_key"},
		Position: func(u User) textindex.Position {
			return textindex.Position{Rank: q.RankOf(u.SearchKey), ID: u.ID}
		},
		Load: func(ids []int64, rank *textindex.Rank) ([]User, error) { return f.among(db, q, rank, ids) },
		Exact: func(after int64, n int) ([]User, error) {
			return database.Scan(f.scanRank(db, q, textindex.Position{Rank: textindex.Exact, ID: after}, n), table.Targets)
		},
	})
}

// scanRanks returns the accounts of a page and one more without the ngram index.
func (f Filter) scanRanks(db *gorm.DB, q textindex.Query, p page.Page) ([]User, error) {
	var users []User
	at := positionOf(p)
	for ; at.Rank <= textindex.Part && len(users) < p.Fetch(); at = (textindex.Position{Rank: at.Rank + 1}) {
		some, err := database.Scan(f.scanRank(db, q, at, p.Fetch()-len(users)), table.Targets)
		if err != nil {
			return nil, err
		}
		users = append(users, some...)
	}
	return users, nil
}

// positionOf returns the position after which a page in the order of matches begins.
func positionOf(p page.Page) textindex.Position {
	if p.After == nil {
		return textindex.Position{}
	}
	return textindex.Position{Rank: textindex.Rank(p.After.Num), ID: p.After.ID}
}

// tags returns the conditions that the ngram index can check in addition to a part of the name.
func (f Filter) tags() (tags []string) {
	if f.Age != nil {
		tags = append(tags, ageTag(*f.Age))
	}
	if f.Gender != nil {
		tags = append(tags, string(*f.Gender))
	}
	return tags
}

// among returns those accounts of ids that match, those of one rank unless rank is nil.
func (f Filter) among(db *gorm.DB, q textindex.Query, rank *textindex.Rank, ids []int64) ([]User, error) {
	query, args := f.amongQuery(db.Name(), q, rank, ids)
	return database.Collect(db, table.Targets, len(ids), query, args...)
}

// Expressions for the columns age and gender: with the columns a planner may read the whole index of an age, where
// another index finds few rows.
const (
	looseAge    = "COALESCE(age, 0)"
	looseGender = "COALESCE(gender, '')"
)

// amongQuery returns the query of among.
func (f Filter) amongQuery(driver string, q textindex.Query, rank *textindex.Rank, ids []int64) (string, []any) {
	in, args := database.InList(ids)
	matches, texts := q.Matches(driver, "search_key")
	if rank != nil {
		matches, texts = q.MatchesAs(*rank, driver, "search_key")
	}
	query := "SELECT " + columns + " FROM users WHERE id IN " + in + " AND " + matches
	args = append(args, texts...)
	if f.Age != nil {
		query, args = query+" AND "+looseAge+" = ?", append(args, *f.Age)
	}
	if f.Gender != nil {
		query, args = query+" AND "+looseGender+" = ?", append(args, *f.Gender)
	}
	if f.byFacts() {
		query += " AND show_facts"
	}
	if f.unhidden != "" {
		query, args = query+" AND "+f.unhidden, append(args, f.args...)
	}
	condition, more := f.byStatus("COALESCE(status, '')")
	return query + " AND " + condition, append(args, more...)
}

// scan returns the query that reads accounts by their ids until a page of them match, without a part of a name. The
// first page has a lower bound as well, so that all pages have the same query plan.
func (f Filter) scan(db *gorm.DB, p page.Page) *gorm.DB {
	return f.where(db.Model(&User{}).Select(columns).Where("id > ?", positionOf(p).ID), "age", "gender").Order("id").Limit(p.Fetch())
}

// scanRank returns the query for the first n accounts of one rank after a position, in the order of their ids. Those
// with the key of the query are found by an index.
func (f Filter) scanRank(db *gorm.DB, q textindex.Query, after textindex.Position, n int) *gorm.DB {
	matches, args := q.MatchesAs(after.Rank, db.Name(), "search_key")
	found := db.Model(&User{}).Select(columns).Where("id > ?", after.ID).Where(matches, args...).Order("id").Limit(n)
	if after.Rank == textindex.Exact {
		return f.where(found, looseAge, looseGender)
	}
	return f.where(found, "age", "gender")
}

// where adds the conditions that are not about a part of a name.
func (f Filter) where(q *gorm.DB, age, gender string) *gorm.DB {
	if f.Username != nil {
		q = q.Where("username_key = ?", usernameKey(*f.Username))
	}
	if f.Age != nil {
		q = q.Where(age+" = ?", *f.Age)
	}
	if f.Gender != nil {
		q = q.Where(gender+" = ?", *f.Gender)
	}
	if f.byFacts() {
		q = q.Where("show_facts = ?", true)
	}
	if f.unhidden != "" {
		q = q.Where(f.unhidden, f.args...)
	}
	condition, args := f.byStatus("status")
	return q.Where(condition, args...)
}

// byStatus returns the condition on the status of accounts, which is in column, and its arguments. A suspension that has
// ended is none.
func (f Filter) byStatus(column string) (string, []any) {
	switch {
	case f.status == auth.StatusSuspended:
		return column + " = 'suspended' AND (suspended_until IS NULL OR suspended_until > ?)", []any{f.now}
	case f.status == auth.StatusPending:
		return column + " = 'pending'", nil
	case f.status == auth.StatusActive:
		return "(status = 'active' OR status = 'suspended' AND suspended_until <= ?)", []any{f.now}
	case f.hidePending:
		return "COALESCE(status, '') <> 'pending'", nil
	}
	return "TRUE", nil
}

// byFacts reports whether the filter finds only members who let others see their age and gender.
func (f Filter) byFacts() bool { return f.Age != nil || f.Gender != nil }

// Stamps returns ids and times of the accounts with ids above after and up to last, by id.
func (s *Service) Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error) {
	return s.db.Stamps(ctx, "users", after, last, "status <> 'pending'")
}

// LastID returns the largest id of an account, or 0 without accounts.
func (s *Service) LastID(ctx context.Context) (int64, error) { return s.db.LastID(ctx, "users") }
