package textindex

import (
	"math"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Walk finds the rows that have all of some grams, and those that are fresh, in the order of their ids
// or backwards. It reads the lists in windows of blocks: one, and then as many as the rest of what is
// wanted seems to take. From the second window on two grams are enough: those which the first one shows to
// have the least in common.
type Walk struct {
	index  *Index
	db     *gorm.DB
	grams  []gram
	desc   bool
	start  int64 // the id before the first row
	at     int64 // the next block
	last   int64 // the last block of the index, -1 while it is not known
	blocks int64 // how many were read
	rows   int   // how many rows were found

	low    int64    // the first block of the window
	window []*found // by block, nil where there is nothing
	used   int      // how many of the window, in the direction of the walk, have no row left
}

// found is what the grams that were read so far have in common in a block, and its fresh rows.
type found struct {
	ids, fresh block
	grams      int
}

// candidates leaves in ids those that may have all grams, of which there are so many; it returns false
// when there are none.
func (f *found) candidates(grams int) bool {
	if f.grams < grams {
		f.ids = block{}
	}
	f.ids.or(&f.fresh)
	return f.ids != block{}
}

const (
	windowGrowth = 16  // the most by which a window is larger than all before
	maxWindow    = 256 // blocks
	walkGrams    = 2   // that are read from the second window on
)

// Walk begins a walk by the rows that may contain a folded text, which is not empty, and have some tags.
// It begins after the id start, which need not exist; desc is backwards.
func (x *Index) Walk(db *gorm.DB, text string, tags []string, desc bool, start int64) *Walk {
	grams := queryGrams(text)
	for _, tag := range tags {
		grams = append(grams, tagGram(tag))
	}
	at, _ := blockOf(start)
	return &Walk{index: x, db: db, grams: grams, desc: desc, start: start, at: at, last: -1}
}

// Next reads the next window, in which it would like to find some rows; it returns false after the
// last one.
func (w *Walk) Next(wanted int) (bool, error) {
	low, high, err := w.bounds(wanted)
	if err != nil || low > high {
		return false, err
	}
	w.low, w.window, w.used = low, make([]*found, high-low+1), 0
	sample, err := w.read(low, high)
	if err != nil {
		return false, err
	}
	for i, f := range w.window {
		if f != nil && !f.candidates(len(w.grams)) {
			w.window[i] = nil
		}
	}
	w.cut()
	for _, f := range w.window {
		if f != nil {
			w.rows += f.ids.count()
		}
	}
	w.blocks += high - low + 1
	if len(w.grams) > walkGrams {
		w.grams = rarestPair(w.grams, sample)
	}
	return true, nil
}

// rarestPair returns the two grams that the fewest rows of a block have together, and of several such
// pairs one of which the grams are rare themselves.
func rarestPair(grams []gram, sample map[gram]block) []gram {
	var best []gram
	least := [2]int{math.MaxInt, math.MaxInt}
	for i, a := range grams {
		for _, b := range grams[i+1:] {
			x, y := sample[a], sample[b]
			alone := x.count() + y.count()
			x.and(&y)
			if n := [2]int{x.count(), alone}; slices.Compare(n[:], least[:]) < 0 {
				best, least = []gram{a, b}, n
			}
		}
	}
	return best
}

// bounds returns the blocks of the next window and moves on; low is above high after the last one. The
// first window of a walk upwards does not ask where the index ends: mostly it is enough.
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

// size returns how many blocks seem to have the rows that are wanted, and a quarter more.
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

// Progress returns about how many rows there are, and which share of their blocks a walk upwards has read.
func (w *Walk) Progress() (rows, share float64, err error) {
	if err := w.findLast(); err != nil {
		return 0, 0, err
	}
	blocks := float64(w.last + 1)
	return blocks * blockIDs, min(1, float64(w.blocks)/blocks), nil
}

// read fills the window with what the grams have in common. While there are more than two of them it
// returns what each has in its last block.
func (w *Walk) read(low, high int64) (map[gram]block, error) {
	query, args := w.query(low, high)
	sample := map[gram]block{}
	var ids block
	err := eachList(w.db, query, args, func(g gram, number int64, stored []byte) error {
		if err := ids.decode(stored); err != nil {
			return err
		}
		if len(w.grams) > walkGrams {
			sample[g] = ids
		}
		f := w.window[number-low]
		if f == nil {
			f = &found{}
			w.window[number-low] = f
		}
		switch {
		case g == gramFresh:
			f.fresh = ids
			return nil
		case f.grams == 0:
			f.ids = ids
		default:
			f.ids.and(&ids)
		}
		f.grams++
		return nil
	})
	return sample, err
}

// query returns the query of a window.
func (w *Walk) query(low, high int64) (string, []any) {
	in, args := In(append([]gram{gramFresh}, w.grams...), low, high)
	return w.index.statements.window + in, args
}

// cut removes what does not come after the start from the block of the start.
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

// Take returns up to n rows of the window that were not taken yet, in the order of the walk.
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
			break // there may be more in this block
		}
	}
	return ids
}

// MaxLoad is how many rows one statement looks up at most.
const MaxLoad = 512

// Find returns the first rows of a walk that load lets pass, as many as are wanted, and maybe fewer
// only where the walk ends. load is called with some ids, and returns rows in the order of the walk.
func Find[T any](w *Walk, wanted int, load func(ids []int64) ([]T, error)) ([]T, error) {
	var found []T
	for size := wanted; len(found) < wanted; {
		ids := w.Take(size)
		if len(ids) == 0 {
			more, err := w.Next(wanted - len(found))
			if err != nil {
				return nil, err
			}
			if !more {
				break
			}
			continue
		}
		rows, err := load(ids)
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
		if 2*len(rows) < len(ids) { // most do not contain the text although they have its grams
			size = min(4*size, MaxLoad)
		}
	}
	return found[:min(len(found), wanted)], nil
}
