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
	SortOldest       Sort = "id"            // oldest first
	SortNewest       Sort = "-id"           // newest first
	SortTitle        Sort = "title"         // by folded title, then oldest first
	SortMostLiked    Sort = "-like_count"   // most liked first, then newest first
	SortBestRated    Sort = "-rating"       // by Movie.RatingScore: best first, films that nobody rated last, then newest first
	SortMostRated    Sort = "-rating_count" // most rated first, then newest first
	SortMostReviewed Sort = "-review_count" // most reviewed first, then newest first
	SortReleased     Sort = "release_date"  // by release date, then oldest first; unknown dates last
	SortLatest       Sort = "-release_date" // latest release first, then newest first; unknown dates last
	SortMatch        Sort = ""              // exact matches of the title first, then those that begin with it, each oldest first

	sortUnreleased Sort = "unreleased" // the end of SortReleased: films without a release date, oldest first
)

func (o Sort) order(from source) string {
	switch o {
	case SortNewest:
		return from.id + " DESC"
	case SortTitle:
		return from.column("title_key") + ", " + from.id
	case SortReleased, sortUnreleased: // the column has one value in the latter, but says which index to read along
		return from.column("release_date") + ", " + from.id
	case SortLatest:
		return from.column("release_date") + " DESC, " + from.id + " DESC"
	}
	if o.counted() {
		return from.column(o.column()) + " DESC, " + from.id + " DESC"
	}
	return from.id
}

// after returns the condition for films after the key k. It has a redundant bound on the sorted column outside of
// the OR, because both databases can only use that one to start in the index.
func (o Sort) after(k page.Key, from source) (string, []any) {
	switch o {
	case SortNewest:
		return from.id + " < ?", []any{k.ID}
	case SortTitle:
		return follow(from.column("title_key"), from.id, ">"), []any{k.Text, k.Text, k.ID}
	case SortReleased:
		return from.column("release_date") + " > '' AND " + follow(from.column("release_date"), from.id, ">"), []any{k.Text, k.Text, k.ID}
	case sortUnreleased:
		return from.column("release_date") + " = '' AND " + from.id + " > ?", []any{k.ID}
	case SortLatest:
		return follow(from.column("release_date"), from.id, "<"), []any{k.Text, k.Text, k.ID}
	}
	if o.counted() {
		return follow(from.column(o.column()), from.id, "<"), []any{k.Num, k.Num, k.ID}
	}
	return from.id + " > ?", []any{k.ID}
}

// follow returns the condition for rows whose column, then whose id, is beyond those of a key.
func follow(column, id, beyond string) string {
	return column + " " + beyond + "= ? AND (" + column + " " + beyond + " ? OR " + id + " " + beyond + " ?)"
}

// Texts before and after every date.
const (
	beforeDates = "0"
	afterDates  = "~"
)

// start returns a key before all films for the first page: without a bound MariaDB sorts the whole table instead of
// reading along the index.
func (o Sort) start() page.Key {
	if o == SortNewest || o.counted() {
		return page.Key{Num: math.MaxInt64, ID: math.MaxInt64}
	}
	switch o {
	case SortReleased:
		return page.Key{Text: beforeDates}
	case SortLatest:
		return page.Key{Text: afterDates, ID: math.MaxInt64}
	}
	return page.Key{}
}

func (o Sort) key(q textindex.Query, m Movie) page.Key {
	switch o {
	case SortMatch:
		return page.Key{Num: int64(q.RankOf(m.TitleKey)), ID: m.ID}
	case SortTitle:
		return page.Key{Text: m.TitleKey, ID: m.ID}
	case SortReleased, SortLatest:
		return page.Key{Text: m.ReleaseDate, ID: m.ID}
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
	case SortReleased:
		return cmp.Or(strings.Compare(cmp.Or(a.ReleaseDate, afterDates), cmp.Or(b.ReleaseDate, afterDates)), cmp.Compare(a.ID, b.ID))
	case SortLatest:
		return cmp.Or(strings.Compare(b.ReleaseDate, a.ReleaseDate), cmp.Compare(b.ID, a.ID))
	}
	if o.counted() {
		return cmp.Or(cmp.Compare(*o.count(&b), *o.count(&a)), cmp.Compare(b.ID, a.ID))
	}
	return cmp.Compare(a.ID, b.ID)
}

func (o Sort) follows(m Movie, k page.Key) bool {
	at := Movie{ID: k.ID}
	switch f := o.field(&at).(type) {
	case *string:
		*f = k.Text
	case *int64:
		*f = k.Num
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

// column returns the column of the orders that are not by id; field returns the field for it.
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
	case SortReleased, SortLatest:
		return "release_date"
	}
	return "title_key"
}

func (o Sort) field(m *Movie) any {
	if n := o.count(m); n != nil {
		return n
	}
	if o == SortReleased || o == SortLatest {
		return &m.ReleaseDate
	}
	return &m.TitleKey
}
