package textindex

import (
	"math"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// Walk finds the rows that have all n-grams of a query, and the pending rows, in ascending or descending order of
// their ids. It reads the lists in windows of blocks: first one block, then as many as the rest of the wanted rows
// is estimated to need. From the second window on it reads two n-grams only: the pair with the smallest intersection
// in the first window. A Walk is not safe for concurrent use.
type Walk struct {
	index  *Index
	db     *gorm.DB
	ngrams []ngram
	begin  ngram // of the rows that begin with the query, 0 when they are not asked for
	desc   bool
	start  int64 // the id before the first row
	at     int64 // the next block
	last   int64 // the last block of the index, -1 before it is known
	blocks int64 // number of blocks read
	rows   int   // number of rows found

	low    int64    // the first block of the window
	window []*found // by block, nil for a block without rows
	used   int      // number of blocks of the window that are exhausted, in the direction of the walk

	sample map[ngram]block // the last block of each list in the first window

	taken int // rows that Take has returned and Next has not charged

	keys *keyLookup // what the statement of the first window asks for as well, nil for nothing
}

// found is the intersection of the lists that were read of a block, and its pending rows.
type found struct {
	ids, pending block
	begin        *block // nil for none
	ngrams       int
}

// candidates sets ids to the rows that may have all n-grams, given their number, and returns false when there are
// none.
func (f *found) candidates(ngrams int) bool {
	if f.ngrams < ngrams {
		f.ids = block{}
	}
	f.ids.or(&f.pending)
	return f.ids != block{}
}

const (
	windowGrowth = 16  // maximum ratio of a window to all windows before it
	maxWindow    = 256 // blocks
	walkNgrams   = 2   // read from the second window on
)

// Walk begins a walk over the rows that may match q, which is not empty, and may have all tags. It begins after the id
// start, which need not exist. desc reverses the order.
func (x *Index) Walk(db *gorm.DB, q Query, tags []string, desc bool, start int64) *Walk {
	ngrams := slices.Clone(q.ngrams)
	for _, tag := range tags {
		ngrams = append(ngrams, tagNgram(tag))
	}
	at, _ := blockOf(start)
	return &Walk{index: x, db: db, ngrams: ngrams, desc: desc, start: start, at: at, last: -1}
}

// chargedRows is the number of candidates that a search may look up for each request that it is counted as. Looking up a
// candidate takes 2 µs, a request with few of them some 200 µs in all.
const chargedRows = 1000

// Charged returns as how many additional requests looking up that many candidates is counted.
func Charged(candidates float64) int { return int(candidates / chargedRows) }

// pay charges the request with the rows that were taken. It returns the error of [limit.Spend].
func (w *Walk) pay() error {
	n := w.taken / chargedRows
	w.taken -= n * chargedRows
	return limit.Spend(w.db.Statement.Context, n)
}

// Next reads the next window, sized to find wanted rows. It returns false after the last window, and the error of
// [limit.Spend] when the rows before it were more than the request may look up.
func (w *Walk) Next(wanted int) (bool, error) {
	if err := w.pay(); err != nil {
		return false, err
	}
	if w.blocks > 0 && len(w.ngrams) > walkNgrams {
		w.ngrams = rarestPair(w.ngrams, w.sample)
	}
	low, high, err := w.bounds(wanted)
	if err != nil || low > high {
		return false, err
	}
	w.low, w.window, w.used = low, make([]*found, high-low+1), 0
	if err := w.read(low, high); err != nil {
		return false, err
	}
	for i, f := range w.window {
		if f != nil && !f.candidates(len(w.ngrams)) {
			w.window[i] = nil
		}
	}
	w.cut()
	w.rows += w.count()
	w.blocks += high - low + 1
	return true, nil
}

// count returns the number of rows in the window.
func (w *Walk) count() int {
	n := 0
	for _, f := range w.window {
		if f != nil {
			n += f.ids.count()
		}
	}
	return n
}

// countPending returns the number of pending rows in the window.
func (w *Walk) countPending() int {
	n := 0
	for _, f := range w.window {
		if f != nil {
			n += f.pending.count()
		}
	}
	return n
}

// beginning returns a walk over those rows of w that may begin with the query. It must follow the first window, which has
// been read with w.begin, and leaves that to w.
func (w *Walk) beginning() *Walk {
	b := *w
	b.window = make([]*found, len(w.window))
	for i, f := range w.window {
		if f == nil {
			continue
		}
		begin := f.pending
		if f.begin != nil {
			begin.or(f.begin)
		}
		b.window[i] = new(*f)
		b.window[i].ids.and(&begin)
	}
	b.rows = b.count()
	b.ngrams, b.begin = append(slices.Clone(w.ngrams), w.begin), 0
	return &b
}

// drop removes rows from the window.
func (w *Walk) drop(ids []int64) {
	for _, id := range ids {
		number, place := blockOf(id)
		if i := number - w.low; i >= 0 && i < int64(len(w.window)) && w.window[i] != nil {
			w.window[i].ids.remove(place)
		}
	}
}

// rarestPair returns the two n-grams with the smallest intersection in a block. Of several such pairs it returns one
// with the shortest lists.
func rarestPair(ngrams []ngram, sample map[ngram]block) []ngram {
	var best []ngram
	least := [2]int{math.MaxInt, math.MaxInt}
	for i, a := range ngrams {
		for _, b := range ngrams[i+1:] {
			x, y := sample[a], sample[b]
			alone := x.count() + y.count()
			x.and(&y)
			if n := [2]int{x.count(), alone}; slices.Compare(n[:], least[:]) < 0 {
				best, least = []ngram{a, b}, n
			}
		}
	}
	return best
}

// bounds returns the first and the last block of the next window and advances. After the last window low exceeds
// high. The first window of an ascending walk does not look up the end of the index, because mostly it suffices.
func (w *Walk) bounds(wanted int) (low, high int64, err error) {
	if w.desc || w.blocks > 0 {
		if err := w.findLast(); err != nil {
			return 0, 0, err
		}
	}
	size := w.size(wanted)
	if w.desc {
		high = min(w.at, w.last)
		low = max(0, high-size+1)
		w.at = low - 1
		return low, high, nil
	}
	low, high = w.at, w.at+size-1
	if w.blocks > 0 {
		high = min(high, w.last)
	}
	w.at = high + 1
	return low, high, nil
}

// size estimates the number of blocks that contain wanted rows, plus a quarter.
func (w *Walk) size(wanted int) int64 {
	if w.blocks == 0 {
		return 1
	}
	most := min(w.blocks*windowGrowth, maxWindow)
	if w.rows == 0 {
		return most
	}
	return min(most, 1+int64(wanted)*w.blocks*5/4/int64(w.rows))
}

func (w *Walk) findLast() error {
	if w.last >= 0 {
		return nil
	}
	return database.Each(w.db, w.index.statements.last, nil, func(row database.Scanner) error {
		return row.Scan(&w.last)
	})
}

// Progress returns the approximate number of rows, and the share of the blocks that an ascending walk has read.
func (w *Walk) Progress() (rows, share float64, err error) {
	if err := w.findLast(); err != nil {
		return 0, 0, err
	}
	blocks := float64(w.last + 1)
	return blocks * blockIDs, min(1, float64(w.blocks)/blocks), nil
}

// read fills the window with the intersections of the lists.
func (w *Walk) read(low, high int64) error {
	query, args := w.query(low, high)
	var sample map[ngram]block
	if w.blocks == 0 {
		sample = map[ngram]block{}
	}
	var ids block
	err := eachList(w.db, query, args, func(g ngram, number int64, stored []byte) error {
		if w.keys.add(g, number, stored) {
			return nil
		}
		if err := ids.decode(stored); err != nil {
			return err
		}
		if sample != nil {
			sample[g] = ids
		}
		f := w.window[number-low]
		if f == nil {
			f = &found{}
			w.window[number-low] = f
		}
		switch {
		case g == ngramPending:
			f.pending = ids
			return nil
		case g == w.begin:
			f.begin = new(ids)
			return nil
		case f.ngrams == 0:
			f.ids = ids
		default:
			f.ids.and(&ids)
		}
		f.ngrams++
		return nil
	})
	if sample != nil {
		w.sample = sample
	}
	return err
}

// query returns the query of a window.
func (w *Walk) query(low, high int64) (string, []any) {
	lists := append([]ngram{ngramPending}, w.ngrams...)
	if w.begin != 0 {
		lists = append(lists, w.begin)
	}
	in, args := database.InList(lists, low, high)
	query := w.index.statements.window + in
	if w.keys != nil && w.blocks == 0 {
		query, args = query+w.keys.query, append(args, w.keys.args...)
	}
	return query, args
}

// cut removes the rows up to the start from the block of the start.
func (w *Walk) cut() {
	number, place := blockOf(w.start)
	if number < w.low || number >= w.low+int64(len(w.window)) || w.window[number-w.low] == nil {
		return
	}
	ids := &w.window[number-w.low].ids
	from, to := 0, place+1
	if w.desc {
		from, to = place, blockIDs
	}
	for i := from; i < to; i++ {
		ids.remove(i)
	}
}

// Take returns the next rows of the window, at most n, in the order of the walk.
func (w *Walk) Take(n int) []int64 {
	ids := make([]int64, 0, min(n, MaxLoad))
	for ; w.used < len(w.window) && len(ids) < n; w.used++ {
		i := w.used
		if w.desc {
			i = len(w.window) - 1 - i
		}
		f := w.window[i]
		if f == nil {
			continue
		}
		if w.desc {
			ids = f.ids.takeLast(ids, w.low+int64(i), n-len(ids))
		} else {
			ids = f.ids.takeFirst(ids, w.low+int64(i), n-len(ids))
		}
		if len(ids) == n {
			break // this block may have more
		}
	}
	w.taken += len(ids)
	return ids
}

// gather returns the next n rows, reading as many windows as it takes, and fewer only at the end of the walk.
func (w *Walk) gather(n int) ([]int64, error) {
	ids := w.Take(n)
	for len(ids) < n {
		more, err := w.Next(n - len(ids))
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		ids = append(ids, w.Take(n-len(ids))...)
	}
	return ids, w.pay()
}

// MaxLoad is the maximum number of rows that one statement looks up.
const MaxLoad = 512

// Find returns the first wanted rows of a walk that pass load, and fewer only at the end of the walk. load gets ids
// and returns the matching rows in the order of the walk.
func Find[T any](w *Walk, wanted int, load func(ids []int64) ([]T, error)) ([]T, error) {
	var found []T
	for size := wanted; len(found) < wanted; {
		ids, err := w.gather(size)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			break
		}
		rows, err := load(ids)
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
		if 2*len(rows) < len(ids) { // most have the n-grams of the text but do not contain it
			size = min(4*size, MaxLoad)
		}
	}
	return found[:min(len(found), wanted)], nil
}
