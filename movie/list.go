package movie

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Filter selects films. All conditions that are not empty must hold.
type Filter struct {
	Title string // a part of the title, as people type it; see textindex.Query
	Genre string
}

// List returns a page of the films that match f, never nil, and the key of the next page, or nil on the last page.
// A late page costs no more than the first one.
func (s *Service) List(ctx context.Context, f Filter, by Sort, p page.Page) ([]Movie, *page.Key, error) {
	q := f.query()
	if by == SortMatch && q.Empty() {
		by = SortOldest
	}
	films, err := s.list(ctx, q, f, by, p)
	if err != nil {
		return nil, nil, fmt.Errorf("list movies: %w", err)
	}
	films, next := page.Cut(films, p, func(m Movie) page.Key { return by.key(q, m) })
	return films, next, nil
}

func (s *Service) list(ctx context.Context, q textindex.Query, f Filter, by Sort, p page.Page) ([]Movie, error) {
	if q.Empty() {
		return scan(s.db.Reader(ctx), q, f, by, p)
	}
	complete, err := s.index.Complete(ctx)
	if err != nil {
		return nil, err
	}
	if !complete {
		return scan(s.db.Reader(ctx), q.Or("title_key", oldKey(f.Title)), f, by, p)
	}
	films, err := search{index: s.index, db: s.db.Reader(ctx), q: q, f: f, by: by, p: p}.run()
	if err != nil {
		return nil, fmt.Errorf("search by the ngram index: %w", err)
	}
	return films, nil
}

// scan returns the films of a page and one more without the ngram index.
func scan(db *gorm.DB, q textindex.Query, f Filter, by Sort, p page.Page) ([]Movie, error) {
	if by != SortMatch {
		query, args := listQuery(db.Name(), q, f, by, p)
		return readMovies(db, query, args, p.Fetch())
	}
	var films []Movie
	at := positionOf(p)
	for ; at.Rank <= textindex.Part && len(films) < p.Fetch(); at = (textindex.Position{Rank: at.Rank + 1}) {
		query, args := rankQuery(db.Name(), q, f, at, p.Fetch()-len(films))
		some, err := readMovies(db, query, args, 0)
		if err != nil {
			return nil, err
		}
		films = append(films, some...)
	}
	return films, nil
}

// positionOf returns the position after which a page in the order of matches begins.
func positionOf(p page.Page) textindex.Position {
	if p.After == nil {
		return textindex.Position{}
	}
	return textindex.Position{Rank: textindex.Rank(p.After.Num), ID: p.After.ID}
}

// listQuery returns the query of a page that reads along the index of the order and compares every title on its way.
func listQuery(driver string, q textindex.Query, f Filter, by Sort, p page.Page) (string, []any) {
	start := by.start()
	if p.After != nil {
		start = *p.After
	}
	query, args := by.after(start)
	if !q.Empty() {
		matches, texts := q.Matches(driver, "title_key")
		query, args = query+" AND "+matches, append(args, texts...)
	}
	query, args = f.where(query, args)
	return query + " ORDER BY " + by.order() + database.Limit(driver), append(args, p.Fetch())
}

// where returns the beginning of a query for the films of the genre that meet a condition.
func (f Filter) where(condition string, args []any) (string, []any) {
	if f.Genre != "" {
		condition, args = condition+" AND genre = ?", append(args, f.Genre)
	}
	return "SELECT " + movieColumns + " FROM movies WHERE " + condition, args
}

// rankQuery returns the query for the first n films of one rank after a position, in the order of their ids.
func rankQuery(driver string, q textindex.Query, f Filter, after textindex.Position, n int) (string, []any) {
	matches, args := q.MatchesAs(after.Rank, driver, "title_key")
	query, args := f.where(matches+" AND id > ?", append(args, after.ID))
	return query + " ORDER BY id" + database.Limit(driver), append(args, n)
}

// readMovies returns the films of a query that selects movieColumns, of which it expects size.
func readMovies(db *gorm.DB, query string, args []any, size int) ([]Movie, error) {
	return database.Collect(db, table.Targets, size, query, args...)
}

func (f Filter) query() textindex.Query { return textindex.Parse(f.Title, "title") }

// Stamps returns ids and times of the films with ids above after and up to last, by id.
func (s *Service) Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error) {
	return s.db.Stamps(ctx, "movies", after, last)
}

// LastID returns the largest id of a film, or 0 without films.
func (s *Service) LastID(ctx context.Context) (int64, error) { return s.db.LastID(ctx, "movies") }
