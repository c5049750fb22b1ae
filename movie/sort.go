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
	SortOldest    Sort = "id"          // oldest first
	SortNewest    Sort = "-id"         // newest first
	SortTitle     Sort = "title"       // by folded title, then oldest first
	SortMostLiked Sort = "-like_count" // most liked first, then newest first
	SortMatch     Sort = ""            // exact matches of the title first, then those that begin with it, each oldest first
)

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

// after returns the condition for films after the key k. It has a redundant bound on the sorted column outside of
// the OR, because both databases can only use that one to start in the index.
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

// start returns a key before all films for the first page: without a bound MariaDB sorts the whole table instead of
// reading along the index.
func (o Sort) start() page.Key {
	switch o {
	case SortNewest, SortMostLiked:
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
	case SortMostLiked:
		return page.Key{Num: m.LikeCount, ID: m.ID}
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
	case SortMostLiked:
		return cmp.Or(cmp.Compare(b.LikeCount, a.LikeCount), cmp.Compare(b.ID, a.ID))
	}
	return cmp.Compare(a.ID, b.ID)
}

func (o Sort) follows(m Movie, k page.Key) bool {
	return o.compare(m, Movie{ID: k.ID, TitleKey: k.Text, LikeCount: k.Num}) > 0
}

// column returns the column of the orders by title and by likes; field returns the field for it.
func (o Sort) column() string {
	if o == SortTitle {
		return "title_key"
	}
	return "like_count"
}

func (o Sort) field(m *Movie) any {
	if o == SortTitle {
		return &m.TitleKey
	}
	return &m.LikeCount
}
