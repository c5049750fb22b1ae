package movie

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// search is a search under way. The title index proposes films that have the grams of the text; whether
// they contain it is for the row to say, so an index that has too much costs time and no answer.
type search struct {
	index *textindex.Index
	db    *gorm.DB
	text  string // folded
	f     Filter
	by    Sort
	p     page.Page
}

// run returns the first films of the page and one more, as [listQuery] finds them.
func (s search) run() ([]Movie, error) {
	if s.by == SortOldest || s.by == SortNewest {
		return s.inOrderOfID()
	}
	return s.inOtherOrder()
}

// inOrderOfID takes films as the index has them, until there are enough.
func (s search) inOrderOfID() ([]Movie, error) {
	return textindex.Find(s.walk(s.by == SortNewest, s.start().ID), s.p.Fetch(), s.load)
}

// walk begins a walk by the films that may be hits.
func (s search) walk(desc bool, start int64) *textindex.Walk {
	var tags []string
	if s.f.Genre != "" {
		tags = []string{s.f.Genre}
	}
	return s.index.Walk(s.db, s.text, tags, desc, start)
}

// inOtherOrder sorts what the index finds when that is little, and otherwise reads along the index of
// the order, where hits come soon when they are many.
func (s search) inOtherOrder() ([]Movie, error) {
	w := s.walk(false, 0)
	var ids []int64
	for {
		more, err := w.Next(math.MaxInt32)
		if err != nil {
			return nil, err
		}
		if !more {
			return s.sorted(ids)
		}
		ids = append(ids, w.Take(math.MaxInt)...)
		if many, err := s.tooMany(w, ids); err != nil {
			return nil, err
		} else if many {
			query, args := listQuery(s.f, s.by, s.p)
			return readMovies(s.db, query, args, s.p.Fetch())
		}
	}
}

// What decides how to search in another order than that of the ids. It decides about time alone.
const (
	minSorted   = 256 // candidates that are always sorted
	sampleFilms = 64  // candidates of which is seen how many are hits
	rowOfIndex  = 0.1 // what a row of an index costs that has the title, of what it costs to look a film up
	genreShare  = 16  // one film of so many has a genre
)

// tooMany reports whether, to judge by the candidates so far, sorting all of them costs more than reading
// along the index of the order until a page of hits has come.
func (s search) tooMany(w *textindex.Walk, ids []int64) (bool, error) {
	films, share, err := w.Progress()
	if err != nil {
		return false, err
	}
	candidates := float64(len(ids)) / share
	if candidates < minSorted {
		return false, nil
	}
	hits, err := s.hitRate(sample(ids))
	if err != nil {
		return false, err
	}
	perRow := rowOfIndex
	if s.f.Genre != "" {
		films /= genreShare
		if s.by == SortMostLiked {
			perRow = 1 // that index lacks the title
		}
	}
	rows := min(1, float64(s.p.Fetch())/(hits*candidates)) * films
	return rows*perRow < candidates, nil
}

// sample returns up to sampleFilms from all over some.
func sample(ids []int64) []int64 {
	some := make([]int64, min(sampleFilms, len(ids)))
	for i := range some {
		some[i] = ids[i*len(ids)/len(some)]
	}
	return some
}

// hitRate returns about how many of some candidates pass the filter, from 0 to 1 but never quite.
func (s search) hitRate(ids []int64) (float64, error) {
	hits := 0
	query, args := s.among("SELECT id", ids)
	err := database.Each(s.db, query, args, func(database.Scanner) error {
		hits++
		return nil
	})
	return float64(hits+1) / float64(len(ids)+2), err
}

func (s search) start() page.Key {
	if s.p.After != nil {
		return *s.p.After
	}
	return s.by.start()
}

// load returns those of some films that pass the filter, in the order of their ids in the list.
func (s search) load(ids []int64) ([]Movie, error) {
	query, args := s.among("SELECT "+movieColumns, ids)
	films, err := readMovies(s.db, query, args, len(ids))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(films, s.by.compare)
	return films, nil
}

// among returns a query of those of some films that pass the filter.
func (s search) among(what string, ids []int64) (string, []any) {
	in, args := textindex.In(ids)
	query := what + " FROM movies WHERE id IN " + in + " AND instr(title_key, ?) > 0"
	args = append(args, s.text)
	if s.f.Genre != "" { // as an expression, or a planner may read the index of the whole genre
		query, args = query+" AND COALESCE(genre, '') = ?", append(args, s.f.Genre)
	}
	return query, args
}

// sorted returns the first of some films that pass the filter and come after the cursor.
func (s search) sorted(ids []int64) ([]Movie, error) {
	start, keys := s.start(), make([]Movie, 0, len(ids))
	for part := range slices.Chunk(ids, textindex.MaxLoad) {
		query, args := s.among("SELECT id, "+s.by.column(), part)
		err := database.Each(s.db, query, args, func(row database.Scanner) error {
			var m Movie
			if err := row.Scan(&m.ID, s.by.field(&m)); err != nil {
				return err
			}
			if s.by.follows(m, start) {
				keys = append(keys, m)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(keys, s.by.compare)
	keys = keys[:min(len(keys), s.p.Fetch())]
	if len(keys) == 0 {
		return nil, nil
	}
	for i, m := range keys {
		ids[i] = m.ID
	}
	return s.load(ids[:len(keys)])
}

// compare orders films as the databases do: texts by their bytes.
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

// column names the column of an order that is not the id's, field is where it goes.
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

// searchable returns the text that titles are searched for, "" when any will do.
func (f Filter) searchable() string { return titleKey(f.Title) }

// find searches by the title index, false while that is incomplete.
func (s *Service) find(ctx context.Context, f Filter, by Sort, p page.Page) ([]Movie, bool, error) {
	text := f.searchable()
	if text == "" {
		return nil, false, nil
	}
	complete, err := s.index.Complete(ctx)
	if err != nil || !complete {
		return nil, false, err
	}
	films, err := search{index: s.index, db: s.db.Reader(ctx), text: text, f: f, by: by, p: p}.run()
	if err != nil {
		return nil, false, fmt.Errorf("search by the title index: %w", err)
	}
	return films, true, nil
}
