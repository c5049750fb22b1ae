package textindex

import (
	"context"
	"encoding/binary"
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
// share them, so that the more rows are flushed at once, the fewer lists are written for each. Lists of an n-gram are next to
// each other in the table, so that those of several blocks share pages. It is for one writer, which adds rows after the commit
// of [Index.AnnounceAll]; other writers may change and remove the rows meanwhile. It is not safe for concurrent use.
type Pending struct {
	index *Index
	pause func(time.Duration)
	added chan struct{} // closed when the rows of the latest Add are in open
	count int           // of all rows
	runs  []run         // of complete blocks

	open    run             // the block of the latest rows, still without its lists
	lists   map[ngram]int32 // their indexes in growing
	growing []growing
	small   []byte  // for the begin of lists
	ngrams  []ngram // of the latest row
}

// growing is a list that is stored as differences, see [block].
type growing struct {
	last   int // place, or -1
	places []byte
}

// run has the lists of rows of a block as they are stored, in the order of their n-grams.
type run struct {
	number      int64 // of the block
	rows        block
	count       int
	first, last int64 // ids

	ngrams []ngram
	ends   []int32 // of the lists in places
	places []byte
}

// Pending returns the n-grams of no rows.
func (x *Index) Pending() *Pending {
	added := make(chan struct{})
	close(added)
	return &Pending{index: x, added: added, lists: map[ngram]int32{}}
}

// Pace makes the transactions of Flush short, and calls pause after each of them with the time that it took, so that other
// writers get in between. A nil pause undoes that.
func (p *Pending) Pace(pause func(took time.Duration)) { p.pause = pause }

// Add adds rows in ascending order of their ids. It flushes when it has most rows. It splits texts into n-grams beside its
// caller, who must not change them any more.
func (p *Pending) Add(ctx context.Context, most int, texts ...Text) error {
	for len(texts) > 0 {
		if p.count >= most {
			if err := p.Flush(ctx); err != nil {
				return err
			}
		}
		number, _ := blockOf(texts[0].ID)
		if number != p.open.number {
			p.seal()
		}
		n := 0
		for n < len(texts) && texts[n].ID/blockIDs == number && p.count+n < most {
			n++
		}
		if p.open.count == 0 {
			p.open.number, p.open.first = number, texts[0].ID
		}
		p.open.last = texts[n-1].ID
		p.open.count += n
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
			p.open.rows.add(place)
			p.ngrams = t.appendTo(p.ngrams[:0])
			for _, g := range p.ngrams {
				p.add(g, place)
			}
		}
	}()
}

// smallList is what most lists need.
const smallList = 8

func (p *Pending) add(g ngram, place int) {
	i, has := p.lists[g]
	if !has {
		i = int32(len(p.growing))
		p.lists[g] = i
		if len(p.small) < smallList {
			p.small = make([]byte, 1024*smallList)
		}
		p.growing = append(p.growing, growing{last: -1, places: p.small[:0:smallList]})
		p.small = p.small[smallList:]
	}
	if l := &p.growing[i]; l.last != place {
		l.places = binary.AppendUvarint(l.places, uint64(place-l.last))
		l.last = place
	}
}

// seal makes a run of the block, of which no rows follow.
func (p *Pending) seal() {
	<-p.added
	if p.open.count == 0 {
		return
	}
	r := p.open
	size := 0
	for i := range p.growing {
		size += min(len(p.growing[i].places), blockBytes)
	}
	r.places = make([]byte, 0, size)
	r.ngrams = slices.AppendSeq(make([]ngram, 0, len(p.lists)), maps.Keys(p.lists))
	slices.Sort(r.ngrams)
	r.ends = make([]int32, len(r.ngrams))
	for i, g := range r.ngrams {
		places := p.growing[p.lists[g]].places
		if len(places) >= blockBytes {
			places = bitmapOf(places)
		}
		r.places = append(r.places, places...)
		r.ends[i] = int32(len(r.places))
	}
	p.runs = append(p.runs, r)
	p.open = run{}
	clear(p.lists)
	clear(p.growing)
	p.growing = p.growing[:0]
}

// bitmapOf returns the bitmap of a list of differences that is not shorter.
func bitmapOf(places []byte) []byte {
	var b block
	for place := -1; len(places) > 0; {
		distance, n := binary.Uvarint(places)
		place, places = place+int(distance), places[n:]
		b.add(place)
	}
	return b.encode()
}

// How many lists Flush writes in a transaction. Other writers of SQLite wait for it.
const (
	flushLists = 4 * statementNgrams
	pacedLists = statementNgrams / 8
)

// Flush writes the n-grams of the rows that are still pending into their lists, in several transactions. Until the last one
// they are pending.
func (p *Pending) Flush(ctx context.Context) error {
	p.seal()
	most := flushLists
	if p.pause != nil {
		most = pacedLists
	}
	for next, more := make([]int, len(p.runs)), len(p.runs) > 0; more; {
		var lists []list
		lists, more = p.take(next, most)
		began := time.Now()
		err := p.index.db.Tx(ctx, func(tx *gorm.DB) error { return p.post(tx, lists, !more) })
		if err != nil {
			return fmt.Errorf("write %d lists of %s: %w", len(lists), p.index.source.Lists, err)
		}
		if p.pause != nil {
			p.pause(time.Since(began))
		}
	}
	p.runs, p.count = nil, 0
	return nil
}

// list is one of the lists of a run.
type list struct {
	ngram  ngram
	run    int
	places []byte
}

// take returns the next lists of all runs in their order in the table, and false if those are the last ones. next has how many
// of each run were taken.
func (p *Pending) take(next []int, most int) (lists []list, more bool) {
	for {
		first := -1
		for i := range p.runs {
			if r := &p.runs[i]; next[i] < len(r.ngrams) && (first < 0 || r.ngrams[next[i]] < p.runs[first].ngrams[next[first]]) {
				first = i
			}
		}
		if first < 0 || len(lists) == most {
			return lists, first >= 0
		}
		r, at := &p.runs[first], next[first]
		begin := int32(0)
		if at > 0 {
			begin = r.ends[at-1]
		}
		lists = append(lists, list{r.ngrams[at], first, r.places[begin:r.ends[at]]})
		next[first]++
	}
}

// post adds the rows to some lists, without those that others have removed or flushed since, and after the last lists takes
// them off the list of pending rows.
func (p *Pending) post(tx *gorm.DB, lists []list, last bool) error {
	pending, alone, err := p.lock(tx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(lists, statementNgrams) {
		if err := p.merge(tx, some, pending, alone); err != nil {
			return err
		}
		rows := p.index.newRows()
		for _, l := range some {
			if len(l.places) > 0 {
				addRow(rows, l.ngram, p.runs[l.run].number, l.places)
			}
		}
		if err := rows.Insert(tx, nil); err != nil {
			return err
		}
	}
	if !last {
		return nil
	}
	for i := range p.runs {
		r := &p.runs[i]
		err := p.index.changePending(tx, r.number, func(pending *block) { pending.without(&r.rows) })
		if err != nil {
			return err
		}
	}
	return nil
}

// lock locks the blocks of all runs, and returns what is pending in each and whether the run is alone in it.
func (p *Pending) lock(tx *gorm.DB) (pending []block, alone []bool, err error) {
	pending, alone = make([]block, len(p.runs)), make([]bool, len(p.runs))
	for i := range p.runs {
		r := &p.runs[i]
		if err := p.index.lockBlock(tx, r.number); err != nil {
			return nil, nil, err
		}
		if pending[i], err = p.index.pending(tx, r.number); err != nil {
			return nil, nil, err
		}
		if alone[i], err = p.index.alone(tx, r, &pending[i]); err != nil {
			return nil, nil, err
		}
	}
	return pending, alone, nil
}

// alone reports whether a block has no rows but those of a run, and all of them are pending: then it has no lists but those
// that the run has written. On MySQL a transaction does not see all rows, so it reports false.
func (x *Index) alone(tx *gorm.DB, r *run, pending *block) (bool, error) {
	if tx.Name() != database.SQLite || r.last-r.first+1 != int64(r.count) || *pending != r.rows {
		return false, nil
	}
	alone := false
	err := database.Each(tx, x.statements.others, []any{r.number * blockIDs, r.first, r.last, (r.number + 1) * blockIDs},
		func(row database.Scanner) error { return row.Scan(&alone) })
	if err != nil {
		return false, fmt.Errorf("look for other rows of block %d of %s: %w", r.number, x.source.Lists, err)
	}
	return alone, nil
}

// merge adds what is stored to lists of blocks that have more, and removes rows that are not pending any more.
func (p *Pending) merge(tx *gorm.DB, lists []list, pending []block, alone []bool) error {
	for i := range p.runs {
		if alone[i] {
			continue
		}
		var ngrams []ngram
		stored := map[ngram]*block{}
		for _, l := range lists {
			if l.run == i {
				ngrams, stored[l.ngram] = append(ngrams, l.ngram), &block{}
			}
		}
		if len(ngrams) == 0 {
			continue
		}
		if err := p.index.readBlocks(tx, p.runs[i].number, ngrams, stored); err != nil {
			return err
		}
		for j := range lists {
			l := &lists[j]
			if l.run != i {
				continue
			}
			var added block
			if err := added.decode(l.places); err != nil {
				return err
			}
			added.and(&pending[i])
			added.or(stored[l.ngram])
			l.places = added.encode()
		}
	}
	return nil
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
