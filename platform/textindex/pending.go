package textindex

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// AnnounceAll is [Index.Announce] for many new rows, in ascending order of their ids. It flushes none of them: the caller
// does so after the commit, see [Pending]. If it does not live until then, [Index.Build] does.
func (x *Index) AnnounceAll(tx *gorm.DB, ids []int64) error {
	for len(ids) > 0 {
		number, _ := blockOf(ids[0])
		n := 0
		for n < len(ids) && ids[n]/blockIDs == number {
			n++
		}
		err := x.changePending(tx, number, func(pending *block) {
			for _, id := range ids[:n] {
				_, place := blockOf(id)
				pending.add(place)
			}
		})
		if err != nil {
			return fmt.Errorf("announce %d rows in %s: %w", n, x.source.Lists, err)
		}
		ids = ids[n:]
	}
	return nil
}

// changePending locks a block and changes its list of pending rows.
func (x *Index) changePending(tx *gorm.DB, number int64, change func(*block)) error {
	if err := x.lockBlock(tx, number); err != nil {
		return err
	}
	pending, err := x.pending(tx, number)
	if err != nil {
		return err
	}
	change(&pending)
	return x.writePending(tx, number, &pending)
}

func (x *Index) writePending(tx *gorm.DB, number int64, pending *block) error {
	return x.writeBlocks(tx, number, []ngram{ngramPending}, map[ngram]*block{ngramPending: pending})
}

// pending returns the pending rows of a block, which the caller has locked.
func (x *Index) pending(tx *gorm.DB, number int64) (pending block, err error) {
	err = x.readBlocks(tx, number, []ngram{ngramPending}, map[ngram]*block{ngramPending: &pending})
	return pending, err
}

// Pending has the n-grams of announced rows until it writes them. A block has some ten thousand n-grams, and thousands of rows
// share them, so that the more rows are flushed at once, the fewer lists are written for each. It is for one writer, which
// adds rows after the commit of [Index.AnnounceAll]; other writers may change and remove the rows meanwhile. It is not safe
// for concurrent use.
type Pending struct {
	index *Index
	pause func(time.Duration)
	added chan struct{} // closed when the rows of the latest Add are in what follows

	number int64 // of the block of the rows
	rows   block
	count  int
	ngrams []ngram // of the latest row

	// The places that have an n-gram, the latest first: their indexes in places are last[n-gram], then that in before, and so
	// on down to -1. Lists of their own would be a hundred thousand objects, most of them short.
	last   map[ngram]int32
	places []uint16
	before []int32
}

// Pending returns the n-grams of no rows.
func (x *Index) Pending() *Pending {
	added := make(chan struct{})
	close(added)
	return &Pending{index: x, added: added, last: map[ngram]int32{}}
}

// Pace makes the transactions of Flush short, and calls pause after each of them with the time that it took, so that other
// writers get in between. A nil pause undoes that.
func (p *Pending) Pace(pause func(took time.Duration)) { p.pause = pause }

// Add adds rows in ascending order of their ids. It flushes when it has most rows of a block, or all of it. It splits texts
// into n-grams beside its caller, who must not change them any more.
func (p *Pending) Add(ctx context.Context, most int, texts ...Text) error {
	for len(texts) > 0 {
		number, _ := blockOf(texts[0].ID)
		if number != p.number || p.count >= most {
			if err := p.Flush(ctx); err != nil {
				return err
			}
			p.number = number
		}
		n := 0
		for n < len(texts) && texts[n].ID/blockIDs == number && p.count+n < most {
			n++
		}
		p.count += n
		p.collect(texts[:n])
		texts = texts[n:]
	}
	return nil
}

// collect adds rows of the block on another goroutine.
func (p *Pending) collect(texts []Text) {
	<-p.added
	p.added = make(chan struct{})
	go func() {
		defer close(p.added)
		for _, t := range texts {
			_, place := blockOf(t.ID)
			p.rows.add(place)
			p.ngrams = t.appendTo(p.ngrams[:0])
			for _, g := range p.ngrams {
				p.add(g, uint16(place))
			}
		}
	}()
}

func (p *Pending) add(g ngram, place uint16) {
	before, has := p.last[g]
	if !has {
		before = -1
	} else if p.places[before] == place {
		return
	}
	p.last[g] = int32(len(p.places))
	p.places, p.before = append(p.places, place), append(p.before, before)
}

// How many lists Flush writes in a transaction. Other writers of SQLite wait for it.
const (
	flushLists = 4 * statementNgrams
	pacedLists = statementNgrams / 2
)

// Flush writes the n-grams of the rows that are still pending into their lists, in several transactions. Until the last one
// they are pending.
func (p *Pending) Flush(ctx context.Context) error {
	if p.count == 0 {
		return nil
	}
	<-p.added
	all := slices.Sorted(maps.Keys(p.last))
	most := flushLists
	if p.pause != nil {
		most = pacedLists
	}
	for len(all) > 0 {
		some := all[:min(len(all), most)]
		all = all[len(some):]
		began := time.Now()
		err := p.index.db.Tx(ctx, func(tx *gorm.DB) error { return p.post(tx, some, len(all) == 0) })
		if err != nil {
			return fmt.Errorf("write %d lists of %s: %w", len(some), p.index.source.Lists, err)
		}
		if p.pause != nil {
			p.pause(time.Since(began))
		}
	}
	p.rows, p.count, p.places, p.before = block{}, 0, p.places[:0], p.before[:0]
	clear(p.last)
	return nil
}

// post adds the rows to some lists, without those that others have removed or flushed since, and after the last lists takes
// them off the list of pending rows.
func (p *Pending) post(tx *gorm.DB, ngrams []ngram, last bool) error {
	if err := p.index.lockBlock(tx, p.number); err != nil {
		return err
	}
	pending, err := p.index.pending(tx, p.number)
	if err != nil {
		return err
	}
	blocks := make([]block, min(len(ngrams), statementNgrams))
	lists := make(map[ngram]*block, len(blocks))
	for some := range slices.Chunk(ngrams, statementNgrams) {
		clear(blocks)
		clear(lists)
		for i, g := range some {
			lists[g] = &blocks[i]
		}
		if err := p.index.readBlocks(tx, p.number, some, lists); err != nil {
			return err
		}
		for i, g := range some {
			p.addPlaces(g, &pending, &blocks[i])
		}
		if err := p.index.writeBlocks(tx, p.number, some, lists); err != nil {
			return err
		}
	}
	if !last {
		return nil
	}
	return p.index.changePending(tx, p.number, func(pending *block) {
		for i := range pending {
			pending[i] &^= p.rows[i]
		}
	})
}

// addPlaces adds those places of an n-gram that are still pending to its list.
func (p *Pending) addPlaces(g ngram, pending, to *block) {
	for at := p.last[g]; at >= 0; at = p.before[at] {
		if place := int(p.places[at]); pending.has(place) {
			to.add(place)
		}
	}
}

// flushLeft flushes the rows of blocks with more than pendingRows of them, which an interrupted writer of many rows has left.
func (x *Index) flushLeft(ctx context.Context) error {
	var numbers []int64
	query := "SELECT block FROM " + x.source.Lists + " WHERE gram = 0 AND LENGTH(" + x.source.IDs + ") >= ?" // a row takes a byte or more
	err := database.Each(x.db.Reader(ctx), query, []any{pendingRows}, func(row database.Scanner) error {
		var number int64
		err := row.Scan(&number)
		numbers = append(numbers, number)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for pending rows of %s: %w", x.source.Lists, err)
	}
	for _, number := range numbers {
		for more := true; more; {
			err := x.db.Tx(ctx, func(tx *gorm.DB) error {
				if err := x.lockBlock(tx, number); err != nil {
					return err
				}
				pending, err := x.pending(tx, number)
				if err != nil {
					return err
				}
				more = pending.count() > buildRows
				return x.flush(tx, pending.takeFirst(nil, number, buildRows))
			})
			if err != nil {
				return fmt.Errorf("flush block %d of %s: %w", number, x.source.Lists, err)
			}
		}
	}
	return nil
}
