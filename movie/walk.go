package movie

import (
	"math"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// walk finds the films that have all of some grams, and those that are fresh, in the order of their ids or backwards. It reads the
// index in windows of blocks: one, and then as many as the rest of what is wanted seems to take. From the
// second window on two grams are enough: those which the first one shows to have the least in common.
type walk struct {
	db     *gorm.DB
	grams  []gram
	desc   bool
	start  int64 // the id before the first film
	at     int64 // the next block
	last   int64 // the last block of the index, -1 while it is not known
	blocks int64 // how many were read
	films  int   // how many films were found

	low    int64    // the first block of the window
	window []*found // by block, nil where there is nothing
	used   int      // how many of the window, in the direction of the walk, have no film left
}

// found is what the grams that were read so far have in common in a block, and its fresh films.
type found struct {
	films, fresh block
	grams        int
}

// candidates leaves in films those that may have all grams, of which there are so many; it returns false
// when there are none.
func (f *found) candidates(grams int) bool {
	if f.grams < grams {
		f.films = block{}
	}
	f.films.or(&f.fresh)
	return f.films != block{}
}

const (
	windowGrowth = 16  // the most by which a window is larger than all before
	maxWindow    = 256 // blocks
	walkGrams    = 2   // that are read from the second window on
)

// newWalk begins after the film start, which need not exist.
func newWalk(db *gorm.DB, grams []gram, desc bool, start int64) *walk {
	at, _ := blockOf(start)
	return &walk{db: db, grams: grams, desc: desc, start: start, at: at, last: -1}
}

// next reads the next window, in which it would like to find some films; it returns false after the
// last one.
func (w *walk) next(wanted int) (bool, error) {
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
			w.films += f.films.count()
		}
	}
	w.blocks += high - low + 1
	if len(w.grams) > walkGrams {
		w.grams = rarestPair(w.grams, sample)
	}
	return true, nil
}

// rarestPair returns the two grams that the fewest films of a block have together, and of several such
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
func (w *walk) bounds(wanted int) (low, high int64, err error) {
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

// size returns how many blocks seem to have the films that are wanted, and a quarter more.
func (w *walk) size(wanted int) int64 {
	if w.blocks == 0 {
		return 1
	}
	most := min(w.blocks*windowGrowth, maxWindow)
	if w.films == 0 {
		return most
	}
	return min(most, 1+int64(wanted)*w.blocks*5/4/int64(w.films))
}

const lastBlock = "SELECT COALESCE(MAX(block), 0) FROM movie_grams WHERE gram = 0"

func (w *walk) findLast() error {
	if w.last >= 0 {
		return nil
	}
	return database.Each(w.db, lastBlock, nil, func(row database.Scanner) error {
		return row.Scan(&w.last)
	})
}

// progress returns about how many films there are, and which share of their blocks a walk upwards has read.
func (w *walk) progress() (films, share float64, err error) {
	if err := w.findLast(); err != nil {
		return 0, 0, err
	}
	blocks := float64(w.last + 1)
	return blocks * blockFilms, min(1, float64(w.blocks)/blocks), nil
}

// read fills the window with what the grams have in common. While there are more than two of them it
// returns what each has in its last block.
func (w *walk) read(low, high int64) (map[gram]block, error) {
	query, args := gramsQuery(w.grams, low, high)
	sample := map[gram]block{}
	var films block
	err := eachGrams(w.db, query, args, func(g gram, number int64, stored []byte) error {
		if err := films.decode(stored); err != nil {
			return err
		}
		if len(w.grams) > walkGrams {
			sample[g] = films
		}
		f := w.window[number-low]
		if f == nil {
			f = &found{}
			w.window[number-low] = f
		}
		switch {
		case g == gramFresh:
			f.fresh = films
			return nil
		case f.grams == 0:
			f.films = films
		default:
			f.films.and(&films)
		}
		f.grams++
		return nil
	})
	return sample, err
}

func gramsQuery(grams []gram, low, high int64) (string, []any) {
	args := []any{low, high, gramFresh}
	for _, g := range pad(grams) {
		args = append(args, g)
	}
	return "SELECT gram, block, films FROM movie_grams WHERE block BETWEEN ? AND ? AND gram IN (" + marks(len(args)-2) + ") AND films <> ''", args
}

// cut removes what does not come after the start from the block of the start.
func (w *walk) cut() {
	number, place := blockOf(w.start)
	if number < w.low || number >= w.low+int64(len(w.window)) || w.window[number-w.low] == nil {
		return
	}
	films := &w.window[number-w.low].films
	from, to := 0, place+1
	if w.desc {
		from, to = place, blockFilms
	}
	for i := from; i < to; i++ {
		films.remove(i)
	}
}

// take returns up to n films of the window that were not taken yet, in the order of the walk.
func (w *walk) take(n int) []int64 {
	ids := make([]int64, 0, min(n, maxLoad))
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
			ids = f.films.takeLast(ids, w.low+int64(i), n-len(ids))
		} else {
			ids = f.films.takeFirst(ids, w.low+int64(i), n-len(ids))
		}
		if len(ids) == n {
			break // there may be more in this block
		}
	}
	return ids
}
