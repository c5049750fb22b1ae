package movie

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Sort is the order of a list of films; films that are equal in it come by their id.
type Sort string

// The orders.
const (
	SortOldest    Sort = "id"          // as they were added
	SortNewest    Sort = "-id"         // the last one added first
	SortTitle     Sort = "title"       // by the folded title, then as they were added
	SortMostLiked Sort = "-like_count" // the most liked first, then the last one added
)

// Filter says which films a list has. What is empty does not restrict it.
type Filter struct {
	Title string // a part of the title; case does not matter
	Genre string
}

// List returns a page of the films that pass f, never nil, and the key of the next page, nil on the
// last. Its cost does not depend on which page it is.
func (s *Service) List(ctx context.Context, f Filter, by Sort, p page.Page) ([]Movie, *page.Key, error) {
	films, found, err := s.find(ctx, f, by, p)
	if err == nil && !found {
		query, args := listQuery(f, by, p)
		films, err = readMovies(s.db.Reader(ctx), query, args, p.Fetch())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list movies: %w", err)
	}
	films, next := page.Cut(films, p, by.key)
	return films, next, nil
}

// listQuery returns the query of a list, which reads along the index of its order. It looks into every
// title that it comes by.
func listQuery(f Filter, by Sort, p page.Page) (string, []any) {
	start := by.start()
	if p.After != nil {
		start = *p.After
	}
	query, args := by.after(start)
	query = "SELECT " + movieColumns + " FROM movies WHERE " + query
	if f.Genre != "" {
		query, args = query+" AND genre = ?", append(args, f.Genre)
	}
	if text := f.searchable(); text != "" { // not LIKE, which has wildcards to escape
		query, args = query+" AND instr(title_key, ?) > 0", append(args, text)
	}
	return query + " ORDER BY " + by.order() + " LIMIT ?", append(args, p.Fetch())
}

// readMovies returns the films that a query of movieColumns finds, of which it expects size.
func readMovies(db *gorm.DB, query string, args []any, size int) ([]Movie, error) {
	films := make([]Movie, 0, size)
	err := database.Each(db, query, args, func(row database.Scanner) error {
		films = append(films, Movie{})
		return films[len(films)-1].scan(row)
	})
	return films, err
}

func (o Sort) order() string {
	switch o {
	case SortNewest:
		return "id DESC"
	case SortTitle:
		return "title_key, id"
	case SortMostLiked:
		return "like_count DESC, id DESC"
	}
	return "id"
}

// after returns the condition of what comes after k. The bound on the sorted column stands alone,
// outside of the OR, because that is what both databases begin their walk of the index by.
func (o Sort) after(k page.Key) (string, []any) {
	switch o {
	case SortNewest:
		return "id < ?", []any{k.ID}
	case SortTitle:
		return "title_key >= ? AND (title_key > ? OR id > ?)", []any{k.Text, k.Text, k.ID}
	case SortMostLiked:
		return "like_count <= ? AND (like_count < ? OR id < ?)", []any{k.Num, k.Num, k.ID}
	}
	return "id > ?", []any{k.ID}
}

// start returns a key that comes before all films, so that a first page is asked for like any other:
// without a bound MariaDB sorts the whole table instead of walking the index.
func (o Sort) start() page.Key {
	switch o {
	case SortNewest, SortMostLiked:
		return page.Key{Num: math.MaxInt64, ID: math.MaxInt64}
	}
	return page.Key{}
}

func (o Sort) key(m Movie) page.Key {
	switch o {
	case SortTitle:
		return page.Key{Text: m.TitleKey, ID: m.ID}
	case SortMostLiked:
		return page.Key{Num: m.LikeCount, ID: m.ID}
	}
	return page.Key{ID: m.ID}
}
