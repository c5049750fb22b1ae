package textindex

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Position is the position of a row in the order of [FindRanked].
type Position struct {
	Rank Rank
	ID   int64
}

// compare orders by rank, then by id.
func (p Position) compare(other Position) int {
	return cmp.Or(cmp.Compare(p.Rank, other.Rank), cmp.Compare(p.ID, other.ID))
}

// Ranked says how [FindRanked] reads the rows of a table.
type Ranked[T any] struct {
	Keys     KeyIndex
	Position func(row T) Position

	// Load returns the rows with these ids that match, in any order; those of one rank unless rank is nil.
	Load func(ids []int64, rank *Rank) ([]T, error)

	// Exact returns the first n rows with the key of the query that match and have a greater id than after, by id.
	Exact func(after int64, n int) ([]T, error)
}

// KeyIndex is an index of keys. Its columns are those of Only, the key, then the id.
type KeyIndex struct {
	Table, ID, Key string // the table of the index, its column with the ids of the rows, and the column of the keys

	// Only is a condition that begins with AND, and Args are its arguments. It leaves out rows that do not match for another
	// reason than their keys.
	Only string
	Args []any
}

// fewRows is the number of candidates up to which FindRanked looks up all of them. It affects the time of a search but
// not its result.
const fewRows = 256

// FindRanked returns the first wanted rows after a position, whose zero value is before all rows: those whose key is
// that of q, then those whose key begins with it, then all others that match. Those of one rank are in ascending order
// of their ids. q is not empty.
func FindRanked[T any](x *Index, db *gorm.DB, q Query, tags []string, after Position, wanted int, rows Ranked[T]) ([]T, error) {
	f := finder[T]{index: x, db: db, q: q, tags: tags, wanted: wanted, rows: rows}
	switch {
	case after == Position{}:
		return f.fromStart()
	case after.Rank == Exact:
		return f.afterExact(after.ID)
	case after.Rank == Prefix:
		return f.rest(f.beginning(after.ID), f.walk(0))
	default:
		return f.rest(nil, f.walk(after.ID))
	}
}

// finder is the state of one call of FindRanked.
type finder[T any] struct {
	index  *Index
	db     *gorm.DB
	q      Query
	tags   []string
	wanted int
	rows   Ranked[T]
	found  []T
}

func (f *finder[T]) walk(start int64) *Walk { return f.index.Walk(f.db, f.q, f.tags, false, start) }

// beginning returns a walk over the rows that may begin with the query.
func (f *finder[T]) beginning(start int64) *Walk {
	w := f.walk(start)
	w.ngrams = append(w.ngrams, f.q.start)
	return w
}

// fromStart finds the first rows. The statement for the first candidates also looks into the index of the keys, which
// mostly has few exact matches and prefixes. Then one more statement reads the page.
func (f *finder[T]) fromStart() ([]T, error) {
	w := f.walk(0)
	w.begin, w.keys = f.q.start, newKeyLookup(f.db.Name(), f.q, f.rows.Keys, f.wanted)
	if _, err := w.Next(f.wanted); err != nil {
		return nil, err
	}
	keys := w.keys
	if len(keys.exact) == f.wanted { // perhaps not all of them, and some may not match
		return f.afterExact(0)
	}
	if keys.complete() {
		w.begin = 0
		return f.page(keys.ids(), w, nil, w)
	}
	if f.q.ranges == nil {
		if done, err := f.allOfFew(w); done || err != nil {
			return f.found, err
		}
	}
	begin := w.beginning()
	w.begin = 0
	return f.page(keys.exact, begin, begin, w)
}

// afterExact finds the rows after an exact match.
func (f *finder[T]) afterExact(id int64) ([]T, error) {
	exact, err := f.rows.Exact(id, f.wanted)
	if err != nil {
		return nil, err
	}
	f.found = exact
	return f.rest(f.beginning(0), f.walk(0))
}

// page loads the rows with ids, which are in order, and enough of the next ones of w in one statement, before the rest.
func (f *finder[T]) page(ids []int64, w, begin, parts *Walk) ([]T, error) {
	w.drop(ids)
	if left := f.wanted - len(ids); left > 0 {
		if pending := w.countPending(); w.count() < left+pending { // most of the pending rows do not match
			left = min(left+pending, MaxLoad)
		}
		more, err := w.gather(left)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	if len(ids) > 0 {
		rows, err := f.rows.Load(ids, nil)
		if err != nil {
			return nil, err
		}
		if begin != nil { // some of its rows have the ngrams of the beginning elsewhere
			rows = slices.DeleteFunc(rows, func(row T) bool { return f.rows.Position(row).Rank == Part })
		}
		slices.SortFunc(rows, f.compare)
		f.found = rows[:min(len(rows), f.wanted)]
	}
	return f.rest(begin, parts)
}

// rest appends the next rows of two walks: those of begin that begin with the query, unless it is nil, and the parts.
func (f *finder[T]) rest(begin, parts *Walk) ([]T, error) {
	if left := f.wanted - len(f.found); left > 0 && begin != nil {
		prefixes, err := Find(begin, left, f.load(Prefix))
		if err != nil {
			return nil, err
		}
		f.found = append(f.found, prefixes...)
	}
	if left := f.wanted - len(f.found); left > 0 {
		others, err := Find(parts, left, f.load(Part))
		if err != nil {
			return nil, err
		}
		f.found = append(f.found, others...)
	}
	return f.found, nil
}

// allOfFew finds and sorts all rows, unless there are many candidates. Then it returns false, and w is at its first
// window, which has been read.
func (f *finder[T]) allOfFew(w *Walk) (bool, error) {
	found := w.count() - w.countPending() // most of the pending rows do not match
	if found > f.wanted {
		return false, nil
	}
	if _, share, err := w.Progress(); err != nil || float64(found)/share > fewRows {
		return false, err
	}
	begin := w.begin
	w.begin = 0
	ids := w.Take(math.MaxInt)
	for more := true; more; {
		var err error
		if more, err = w.Next(math.MaxInt32); err != nil {
			return false, err
		}
		if more {
			ids = append(ids, w.Take(math.MaxInt)...)
		}
		if len(ids) > fewRows {
			*w = *f.walk(0)
			w.begin = begin
			_, err := w.Next(f.wanted)
			return false, err
		}
	}
	if len(ids) == 0 {
		return true, nil
	}
	rows, err := f.rows.Load(ids, nil)
	slices.SortFunc(rows, f.compare)
	f.found = rows[:min(len(rows), f.wanted)]
	return true, err
}

func (f *finder[T]) compare(a, b T) int { return f.rows.Position(a).compare(f.rows.Position(b)) }

// load returns the function that returns the rows of one rank, by id.
func (f *finder[T]) load(rank Rank) func(ids []int64) ([]T, error) {
	return func(ids []int64) ([]T, error) {
		rows, err := f.rows.Load(ids, &rank)
		slices.SortFunc(rows, f.compare)
		return rows, err
	}
}

// keyLookup finds the first rows of the ranks Exact and Prefix in the index of the keys. It is a part of the statement for
// the first window of a [Walk].
type keyLookup struct {
	query string
	args  []any
	most  int // rows of each of its queries

	key           string
	exact, prefix []int64 // the ids of the rows that were found
	ranged        bool    // prefix has all of them, if they are few
}

// ngramKeys is the number of the list as whose blocks a keyLookup returns its rows. No text has it.
const (
	ngramKeys  = math.MaxInt64
	listOfKeys = "9223372036854775807"
)

func newKeyLookup(driver string, q Query, x KeyIndex, most int) *keyLookup {
	k := &keyLookup{most: most, key: q.key, ranged: q.ranges != nil}
	k.args = make([]any, 0, (len(x.Args)+3)*max(len(q.ranges), 1))
	var b strings.Builder
	b.Grow(256 * max(len(q.ranges), 1))
	add := func(comparison string, args ...any) {
		for _, part := range []string{
			" UNION ALL SELECT " + listOfKeys + ", ", x.ID, ", ", x.Key, " FROM (SELECT ", x.ID, ", ", x.Key, " FROM ", x.Table,
			" WHERE ", x.Key, comparison, x.Only, " ORDER BY ", x.Key, ", ", x.ID, database.Limit(driver), ") AS by_key",
		} {
			b.WriteString(part)
		}
		k.args = append(append(append(k.args, args...), x.Args...), most)
	}
	inRange := " >= ? AND " + x.Key + " < ?"
	for _, r := range q.ranges { // one of them begins with the key of the query
		add(inRange, r.begin, r.end)
	}
	if !k.ranged {
		add(" = ?", q.key)
	}
	k.query = b.String()
	return k
}

// add takes a row of the statement, and returns false if it is one of another part.
func (k *keyLookup) add(list ngram, id int64, key []byte) bool {
	switch {
	case k == nil || list != ngramKeys:
		return false
	case string(key) == k.key:
		k.exact = append(k.exact, id)
	default:
		k.prefix = append(k.prefix, id)
	}
	return true
}

// complete reports whether no row of the ranks Exact and Prefix is missing.
func (k *keyLookup) complete() bool { return k.ranged && len(k.exact)+len(k.prefix) < k.most }

// ids returns the ids of the rows that were found, in their order.
func (k *keyLookup) ids() []int64 {
	slices.Sort(k.exact)
	slices.Sort(k.prefix)
	return slices.Concat(k.exact, k.prefix)
}
