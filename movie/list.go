package movie

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

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
	var rows []Movie
	if err := listQuery(s.db.Reader(ctx), f, by, p).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list movies: %w", err)
	}
	rows, next := page.Cut(rows, p, by.key)
	return rows, next, nil
}

// listQuery returns the query of a list, which reads along the index of its order.
func listQuery(db *gorm.DB, f Filter, by Sort, p page.Page) *gorm.DB {
	start := by.start()
	if p.After != nil {
		start = *p.After
	}
	q := by.after(by.order(db), start)
	if f.Genre != "" {
		q = q.Where("genre = ?", f.Genre)
	}
	return search(q, f.Title).Limit(p.Fetch())
}

// search restricts q to films whose folded title contains the folded text. Nothing else knows how
// titles are searched.
func search(q *gorm.DB, text string) *gorm.DB {
	if text == "" {
		return q
	}
	// Not LIKE, which has wildcards to escape.
	return q.Where("instr(title_key, ?) > 0", titleKey(text))
}

func (o Sort) order(q *gorm.DB) *gorm.DB {
	switch o {
	case SortNewest:
		return q.Order("id DESC")
	case SortTitle:
		return q.Order("title_key, id")
	case SortMostLiked:
		return q.Order("like_count DESC, id DESC")
	}
	return q.Order("id")
}

// after restricts q to what comes after k. The bound on the sorted column stands alone, outside of
// the OR, because that is what both databases begin their walk of the index by.
func (o Sort) after(q *gorm.DB, k page.Key) *gorm.DB {
	switch o {
	case SortNewest:
		return q.Where("id < ?", k.ID)
	case SortTitle:
		return q.Where("title_key >= ? AND (title_key > ? OR id > ?)", k.Text, k.Text, k.ID)
	case SortMostLiked:
		return q.Where("like_count <= ? AND (like_count < ? OR id < ?)", k.Num, k.Num, k.ID)
	}
	return q.Where("id > ?", k.ID)
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
