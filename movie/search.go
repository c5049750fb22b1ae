package movie

import (
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// search is one search of titles. The ngram index returns candidates that contain the ngrams of the text, and the
// query of the rows checks them, so superfluous entries in the index cost time but never give a wrong result.
type search struct {
	index *textindex.Index
	db    *gorm.DB
	q     textindex.Query // not empty
	f     Filter
	by    Sort
	p     page.Page
}

// run returns the films of the page and one more, the same as [scan] does.
func (s search) run() ([]Movie, error) {
	if s.by == SortMatch {
		return s.inOrderOfMatch()
	}
	if s.by == SortOldest || s.by == SortNewest {
		return s.inOrderOfID()
	}
	return s.inOtherOrder()
}

// inOrderOfMatch reads candidates rank by rank. The rank is that of the title. A film that only another title finds is among
// the last, also if that is the whole query: the look-up of other titles costs each search 30 µs, a third or more of its CPU.
func (s search) inOrderOfMatch() ([]Movie, error) {
	rows := textindex.Ranked[Movie]{
		Keys: s.keys(),
		Position: func(m Movie) textindex.Position {
			return textindex.Position{Rank: s.q.RankOf(m.TitleKey), ID: m.ID}
		},
		Load: func(ids []int64, rank *textindex.Rank) ([]Movie, error) {
			query, args := s.amongAs(rank, "SELECT "+movieColumns, ids)
			return readMovies(s.db, query, args, len(ids))
		},
		Exact: func(after int64, n int) ([]Movie, error) {
			query, args := rankQuery(s.db.Name(), s.q, s.f, textindex.Position{Rank: textindex.Exact, ID: after}, n)
			return readMovies(s.db, query, args, 0)
		},
	}
	return textindex.FindRanked(s.index, s.db, s.q, s.tags(), positionOf(s.p), s.p.Fetch(), rows)
}

// keys returns the index of titles that has the conditions of the filter, or most of them.
func (s search) keys() textindex.KeyIndex {
	x, rest := textindex.KeyIndex{Table: "movies", ID: "id", Key: "title_key"}, s.f
	switch {
	case s.f.Year != 0:
		x.Only, x.Args = " AND release_year = ?", []any{s.f.Year}
		rest.Year = 0
	case s.f.Genre != "":
		x.Table, x.ID, x.Only, x.Args = "movie_genres", "movie_id", " AND genre = ?", []any{s.f.Genre}
		rest.Genre = ""
	}
	if condition, args := rest.condition(); condition != "" {
		x.Only, x.Args = x.Only+" AND "+strings.TrimSuffix(condition, " AND "), append(x.Args, args...)
	}
	return x
}

// inOrderOfID reads candidates in the order of the index until the page is full.
func (s search) inOrderOfID() ([]Movie, error) {
	return textindex.Find(s.walk(s.by == SortNewest, s.start().ID), s.p.Fetch(), s.load)
}

// walk returns the candidates of the index.
func (s search) walk(desc bool, start int64) *textindex.Walk {
	return s.index.Walk(s.db, s.q, s.tags(), desc, start)
}

// tags returns the conditions that the ngram index can check in addition to the title.
func (s search) tags() []string {
	var tags []string
	if s.f.Genre != "" {
		tags = append(tags, s.f.Genre)
	}
	if s.f.Year != 0 {
		tags = append(tags, yearTag(s.f.Year))
	}
	return tags
}

// inOtherOrder sorts all candidates when they are few. Otherwise it reads along the index of the order, where many
// matches fill a page soon.
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
		cost, many, err := s.tooMany(w, ids)
		if err != nil {
			return nil, err
		}
		if many {
			if err := limit.Spend(s.db.Statement.Context, textindex.Charged(cost)); err != nil {
				return nil, err
			}
			return scan(s.db, s.q, s.f, s.by, s.p)
		}
	}
}

// The constants of the cost estimate in tooMany. They affect the time of a search but not its result.
const (
	minSorted   = 256 // up to that many candidates are always sorted
	sampleFilms = 64  // candidates that are checked to estimate the share of matches
	rowOfIndex  = 0.2 // cost of a row of an index that has the title, in lookups of a film by its id; its other titles are looked up
	genreShare  = 8   // one film in so many has a given genre
	yearShare   = 50  // one film in so many is of a given year
)

// tooMany estimates from the candidates so far whether sorting all candidates costs more than reading along the
// index of the order until a page is full, and the cost of the latter in lookups of a film.
func (s search) tooMany(w *textindex.Walk, ids []int64) (cost float64, many bool, err error) {
	films, share, err := w.Progress()
	if err != nil {
		return 0, false, err
	}
	candidates := float64(len(ids)) / share
	if candidates < minSorted {
		return 0, false, nil
	}
	hits, err := s.hitRate(sample(ids))
	if err != nil {
		return 0, false, err
	}
	perRow := 1.0
	if hasTitle := s.by == SortTitle || s.by == SortMostLiked && s.f.Genre == "" && s.f.Year == 0; hasTitle && !s.q.Literal() {
		perRow = rowOfIndex
	}
	if s.f.Genre != "" && s.f.Year == 0 { // a list of a year and a genre reads all films of the year
		films /= genreShare
	}
	if s.f.Year != 0 {
		films /= yearShare
	}
	rows := min(1, float64(s.p.Fetch())/(hits*candidates)) * films
	return rows * perRow, rows*perRow < candidates, nil
}

// sample returns up to sampleFilms ids, evenly spread.
func sample(ids []int64) []int64 {
	spread := make([]int64, min(sampleFilms, len(ids)))
	for i := range spread {
		spread[i] = ids[i*len(ids)/len(spread)]
	}
	return spread
}

// hitRate estimates the share of candidates that match, from the ids of some of them. It is above 0 and below 1.
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

// load returns the films of ids that match the filter, in the order of the search.
func (s search) load(ids []int64) ([]Movie, error) {
	query, args := s.among("SELECT "+movieColumns, ids)
	films, err := readMovies(s.db, query, args, len(ids))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(films, s.by.compare)
	return films, nil
}

// among returns a query for the films of ids that match the filter.
func (s search) among(what string, ids []int64) (string, []any) { return s.amongAs(nil, what, ids) }

// amongAs is among for the films of one rank, unless rank is nil.
func (s search) amongAs(rank *textindex.Rank, what string, ids []int64) (string, []any) {
	in, args := database.InList(ids)
	condition, texts := matches(s.db.Name(), s.q, "movies.title_key")
	if rank != nil {
		condition, texts = matchesAs(*rank, s.db.Name(), s.q, "movies.title_key")
	}
	others, values := s.f.condition()
	return what + " FROM movies WHERE id IN " + in + " AND " + notHidden + " AND " + others + condition, append(append(args, values...), texts...)
}

// sorted returns the first films of ids, in the order of the search, that match the filter and are after the cursor.
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
