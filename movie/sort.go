package movie

import (
	"cmp"
	"math"
	"strings"

	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Sort is the order of a list of films. Films that are equal in it are ordered by their ids.
type Sort string

// The values of [Sort].
const (
	SortOldest       Sort = "id"          // oldest first
	SortNewest       Sort = "-id"         // newest first
	SortTitle        Sort = "title"       // by folded title, then oldest first
	SortMostLiked    Sort = "-like_count" // most liked first, then newest first
	SortBestRated    Sort = "-rating"     // by Movie.RatingScore: best first, films that nobody rated last, then newest first
	SortMostRated    Sort = "-rating_count"
	SortMostReviewed Sort = "-review_count"
	SortMatch        Sort = "" // exact matches of the title first, then those that begin with it, each oldest first
)

func (o Sort) order() string {
	switch o {
	case SortNewest:
		return "id DESC"
	case SortTitle:
		return "title_key, id"
	}
	if o.counted() {
		return o.column() + " DESC, id DESC"
	}
	return "id"
}

// after returns the condition for films after the key k. It has a redundant bound on the sorted column outside of
// the OR, because both databases can only use that one to start in the index.
func (o Sort) after(k page.Key) (string, []any) {
	switch o {
	case SortNewest:
		return "id < ?", []any{k.ID}
	case SortTitle:
		return "title_key >= ? AND (title_key > ? OR id > ?)", []any{k.Text, k.Text, k.ID}
	}
	if o.counted() {
		column := o.column()
		return column + " <= ? AND (" + column + " < ? OR id < ?)", []any{k.Num, k.Num, k.ID}
	}
	return "id > ?", []any{k.ID}
}

// start returns a key before all films for the first page: without a bound MariaDB sorts the whole table instead of
// reading along the index.
func (o Sort) start() page.Key {
	if o == SortNewest || o.counted() {
		return page.Key{Num: math.MaxInt64, ID: math.MaxInt64}
	}
	return page.Key{}
}

func (o Sort) key(q textindex.Query, m Movie) page.Key {
	switch o {
	case SortMatch:
		return page.Key{Num: int64(q.RankOf(m.TitleKey)), ID: m.ID}
	case SortTitle:
		return page.Key{Text: m.TitleKey, ID: m.ID}
	}
	if o.counted() {
		return page.Key{Num: *o.count(&m), ID: m.ID}
	}
	return page.Key{ID: m.ID}
}

// compare orders films as the databases do. They compare texts bytewise.
func (o Sort) compare(a, b Movie) int {
	switch o {
	case SortNewest:
		return cmp.Compare(b.ID, a.ID)
	case SortTitle:
		return cmp.Or(strings.Compare(a.TitleKey, b.TitleKey), cmp.Compare(a.ID, b.ID))
	}
	if o.counted() {
		return cmp.Or(cmp.Compare(*o.count(&b), *o.count(&a)), cmp.Compare(b.ID, a.ID))
	}
	return cmp.Compare(a.ID, b.ID)
}

func (o Sort) follows(m Movie, k page.Key) bool {
	at := Movie{ID: k.ID, TitleKey: k.Text}
	if o.counted() {
		*o.count(&at) = k.Num
	}
	return o.compare(m, at) > 0
}

// counted reports whether films are sorted by a counter, the largest first.
func (o Sort) counted() bool { return o.count(&Movie{}) != nil }

// count returns the field of the counter by which films are sorted, or nil.
func (o Sort) count(m *Movie) *int64 {
	switch o {
	case SortMostLiked:
		return &m.LikeCount
	case SortBestRated:
		return &m.RatingScore
	case SortMostRated:
		return &m.RatingCount
	case SortMostReviewed:
		return &m.ReviewCount
	}
	return nil
}

// column returns the column of the orders by title and by counters; field returns the field for it.
func (o Sort) column() string {
	switch o {
	case SortMostLiked:
		return "like_count"
	case SortBestRated:
		return "rating_score"
	case SortMostRated:
		return "rating_count"
	case SortMostReviewed:
		return "review_count"
	}
	return "title_key"
}

func (o Sort) field(m *Movie) any {
	if n := o.count(m); n != nil {
		return n
	}
	return &m.TitleKey
}
