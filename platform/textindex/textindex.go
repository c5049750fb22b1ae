// Package textindex finds the rows of a table by any part of a text of theirs, without reading every
// text: a list of ids for each gram of the texts, in blocks of ids.
//
// It promises that a search meets every row whose folded text contains what is searched, also while rows
// are written, as long as they are written with [Index.Announce], [Index.Add], [Index.Change] and
// [Index.Remove] in the same transactions. It meets some more; the row decides, which is for the caller
// to ask. A domain owns its two tables, and says here what they are called; the index follows from the rows alone.
package textindex

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Text is what a row is found by.
type Text struct {
	ID   int64
	Key  string   // folded, as what is searched is
	Tags []string // what else a search can ask for, such as a genre
}

// Source is what is indexed, and where the index is kept.
type Source struct {
	Rows   string // the table of the rows, whose key is id
	Lists  string // the table of the lists: gram, block, and the ids; the first two are its key
	IDs    string // the column of the lists that has the ids, up to 2048 bytes
	Builds string // the table of one row, whose id is 1 and whose next_id says how far older rows are indexed

	// Load returns the texts of those of some rows that there are.
	Load func(tx *gorm.DB, ids []int64) ([]Text, error)
}

// Index is an index of texts. It may be used by several goroutines.
type Index struct {
	source     Source
	statements statements
	db         *database.DB
	log        *slog.Logger
	complete   atomic.Bool // known to have every row, which it then keeps having
}

// New returns the index of a source in a migrated database. A nil log is none.
func New(db *database.DB, s Source, log *slog.Logger) *Index {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Index{source: s, statements: newStatements(s), db: db, log: log}
}

// freshRows is how many rows of a block are fresh at most. A title has some 40 grams, and so many lists
// to write, each in another page of the file; those of many titles are to a great part the same. But
// a search looks up every fresh row.
const freshRows = 128

// Announce puts a row that was just added into the index, as a fresh one. The last of freshRows has all
// of them written into the lists of their grams.
func (x *Index) Announce(tx *gorm.DB, id int64) error {
	if err := x.announce(tx, id); err != nil {
		return fmt.Errorf("announce %d in %s: %w", id, x.source.Lists, err)
	}
	return nil
}

func (x *Index) announce(tx *gorm.DB, id int64) error {
	number, place := blockOf(id)
	if err := x.lockBlock(tx, number); err != nil {
		return err
	}
	var fresh block
	row, grams := map[gram]*block{gramFresh: &fresh}, []gram{gramFresh}
	if err := x.readBlocks(tx, number, grams, row); err != nil {
		return err
	}
	fresh.add(place)
	if fresh.count() >= freshRows {
		return x.settle(tx, fresh.takeFirst(nil, number, blockIDs))
	}
	return x.writeBlocks(tx, number, grams, row)
}

// settle writes rows whose blocks are locked into the lists of their grams; they are fresh no longer. Nor
// are those that are gone: one that was removed without the index would otherwise be fresh for ever.
func (x *Index) settle(tx *gorm.DB, ids []int64) error {
	texts, err := x.source.Load(tx, ids)
	if err != nil {
		return fmt.Errorf("load %d texts: %w", len(ids), err)
	}
	entries := make([]entry, len(ids))
	for i, id := range ids {
		entries[i] = entry{id: id, drop: []gram{gramFresh}}
	}
	return x.post(tx, slices.Concat(entries, entriesOf(texts))...)
}

// Add writes all of some texts into the index.
func (x *Index) Add(tx *gorm.DB, texts ...Text) error { return x.post(tx, entriesOf(texts)...) }

func entriesOf(texts []Text) []entry {
	entries := make([]entry, len(texts))
	for i, t := range texts {
		entries[i] = entry{id: t.ID, add: t.grams(), drop: []gram{gramFresh}}
	}
	return entries
}

// Change writes what differs in the text of a row that was before and is after.
func (x *Index) Change(tx *gorm.DB, before, after Text) error {
	old, now := before.grams(), after.grams()
	return x.post(tx, entry{id: after.ID, add: without(now, old), drop: without(old, now)})
}

// without returns those of some grams that are not among others, which are in order.
func without(some, others []gram) (left []gram) {
	for _, g := range some {
		if _, has := slices.BinarySearch(others, g); !has {
			left = append(left, g)
		}
	}
	return left
}

// Remove takes a row that is gone out of the index.
func (x *Index) Remove(tx *gorm.DB, t Text) error {
	return x.post(tx, entry{id: t.ID, drop: append(t.grams(), gramFresh)})
}

// entry is what a row adds to the index or takes from it.
type entry struct {
	id        int64
	add, drop []gram
}

// post writes entries into the index. Rows of the source are locked before it and never after, so that
// two transactions wait for each other in one direction only.
func (x *Index) post(tx *gorm.DB, entries ...entry) error {
	byBlock := map[int64][]entry{}
	for _, e := range entries {
		if len(e.add)+len(e.drop) > 0 {
			number, _ := blockOf(e.id)
			byBlock[number] = append(byBlock[number], e)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(byBlock)) {
		if err := x.postBlock(tx, number, byBlock[number]); err != nil {
			return fmt.Errorf("write block %d of %s: %w", number, x.source.Lists, err)
		}
	}
	return nil
}

// postBlock changes the lists of a block, so many at a time that they take little memory.
func (x *Index) postBlock(tx *gorm.DB, number int64, entries []entry) error {
	if err := x.lockBlock(tx, number); err != nil {
		return err
	}
	byGram := map[gram][]change{gramFresh: nil} // whose list every block has that was ever written
	for _, e := range entries {
		_, place := blockOf(e.id)
		for _, g := range e.drop {
			byGram[g] = append(byGram[g], change{place, (*block).remove})
		}
		for _, g := range e.add {
			byGram[g] = append(byGram[g], change{place, (*block).add})
		}
	}
	for grams := range slices.Chunk(slices.Sorted(maps.Keys(byGram)), statementGrams) {
		lists := make(map[gram]*block, len(grams))
		for _, g := range grams {
			lists[g] = &block{}
		}
		if err := x.readBlocks(tx, number, grams, lists); err != nil {
			return err
		}
		for _, g := range grams {
			for _, c := range byGram[g] {
				c.do(lists[g], c.place)
			}
		}
		if err := x.writeBlocks(tx, number, grams, lists); err != nil {
			return err
		}
	}
	return nil
}

// change is what happens to a place in a block.
type change struct {
	place int
	do    func(b *block, place int)
}
