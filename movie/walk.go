package movie

import (
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// walk finds the films that have all of some grams, in the order of their ids or backwards. It reads the
// index in windows: one block, then 16, then 256 at a time. What a gram had in the windows
// before tells how rare it is, and from the second window on the rarest two are enough.
type walk struct {
	db     *gorm.DB
	grams  []gram
	counts map[gram]int
	desc   bool
	start  int64 // the id before the first film
	at     int64 // the next block
	size   int64 // how many blocks the next window has
	last   int64 // the last block of the index, -1 while it is not known
}

const (
	windowGrowth = 16
	maxWindow    = 256
	walkGrams    = 2 // that are read from the second window on
)

// newWalk begins after the film start, which need not exist.
func newWalk(db *gorm.DB, grams []gram, desc bool, start int64) *walk {
	at, _ := blockOf(start)
	return &walk{db: db, grams: grams, counts: map[gram]int{}, desc: desc, start: start, at: at, size: 1, last: -1}
}

// next returns the films of the next window, which may be none, and nil after the last window.
func (w *walk) next() ([]int64, error) {
	low, high, err := w.window()
	if err != nil || low > high {
		return nil, err
	}
	sets, err := w.read(low, high)
	if err != nil {
		return nil, err
	}
	ids := []int64{}
	for i, set := range sets {
		if set != nil && set.grams == len(w.grams) {
			ids = set.films.appendIDs(ids, low+int64(i))
		}
	}
	w.narrow()
	return w.cut(ids), nil
}

// window returns the blocks of the next window and moves on; low is above high after the last one. The
// first window of a walk upwards does not ask where the index ends: mostly it is enough.
func (w *walk) window() (low, high int64, err error) {
	if w.desc || w.size > 1 {
		if err := w.findLast(); err != nil {
			return 0, 0, err
		}
	}
	if w.desc {
		high = min(w.at, w.last)
		low = max(0, high-w.size+1)
		w.at = low - 1
	} else {
		low, high = w.at, w.at+w.size-1
		if w.size > 1 {
			high = min(high, w.last)
		}
		w.at = high + 1
	}
	w.size = min(w.size*windowGrowth, maxWindow)
	return low, high, nil
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
	return blocks * blockFilms, min(1, float64(w.at)/blocks), nil
}

// found is what the grams that were read so far have in common in a block.
type found struct {
	films block
	grams int
}

// read returns what the grams have in common in each block of a window.
func (w *walk) read(low, high int64) ([]*found, error) {
	sets := make([]*found, high-low+1)
	query, args := gramsQuery(w.grams, low, high)
	var films block
	err := eachGrams(w.db, query, args, func(g gram, number int64, stored []byte) error {
		if err := films.decode(stored); err != nil {
			return err
		}
		w.counts[g] += films.count()
		if set := sets[number-low]; set == nil {
			sets[number-low] = &found{films: films, grams: 1}
		} else {
			set.films.and(&films)
			set.grams++
		}
		return nil
	})
	return sets, err
}

func gramsQuery(grams []gram, low, high int64) (string, []any) {
	args := []any{low, high}
	for _, g := range pad(grams) {
		args = append(args, g)
	}
	return "SELECT gram, block, films FROM movie_grams WHERE block BETWEEN ? AND ? AND gram IN (" + marks(len(args)-2) + ")", args
}

// narrow keeps the rarest grams.
func (w *walk) narrow() {
	if len(w.grams) > walkGrams {
		slices.SortStableFunc(w.grams, func(a, b gram) int { return w.counts[a] - w.counts[b] })
		w.grams = w.grams[:walkGrams]
	}
}

// cut removes what does not come after the start, and turns the order round where it is backwards.
func (w *walk) cut(ids []int64) []int64 {
	if w.desc {
		slices.Reverse(ids)
		for len(ids) > 0 && ids[0] >= w.start {
			ids = ids[1:]
		}
		return ids
	}
	for len(ids) > 0 && ids[0] <= w.start {
		ids = ids[1:]
	}
	return ids
}
