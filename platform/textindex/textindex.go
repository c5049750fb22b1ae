// Package textindex searches the texts of a table for what people type. [Key] folds a text, so that spellings of it are
// equal, and [Query] says what a typed text stands for.
//
// An [Index] finds the rows that match a query by any part of their texts, without reading all of them. For each n-gram
// of the keys it stores a list of row ids, in blocks. It promises that a search returns every row that matches, provided
// that each transaction that writes a row also calls [Index.Announce], [Index.Add], [Index.Change] or [Index.Remove]. A
// search may return other rows, so the caller checks each row by [Query.Matches]. A domain owns the two tables of its
// index and names them in [Source]. The rows alone determine the content of the index.
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

// Text is the searchable content of a row.
type Text struct {
	ID    int64
	Texts []string // as they are shown; a query may match any of them
	Key   string   // [Key] of the first of Texts if it is known, or ""
	Tags  []string // other conditions of searches, such as a genre
}

// Source names the indexed table and the tables of its index.
type Source struct {
	Rows   string // the indexed table, with the primary key id
	Lists  string // the table of the lists, with the columns gram, block and IDs; the primary key is (gram, block)
	IDs    string // the column of ids in Lists, of up to 2048 bytes
	Builds string // the table of one row with id 1, whose next_id is the progress of indexing older rows

	// Load returns the texts of the rows with these ids, without those that do not exist.
	Load func(tx *gorm.DB, ids []int64) ([]Text, error)

	// Rekey locks the rows with these ids and stores their keys anew where a version with another key wrote them.
	Rekey func(tx *gorm.DB, ids []int64) error
}

// Index is an index of texts. It is safe for concurrent use.
type Index struct {
	source     Source
	statements statements
	db         *database.DB
	log        *slog.Logger
	complete   atomic.Bool // every row is in the index; it stays true
}

// New returns the index of a source in a migrated database. A nil log discards.
func New(db *database.DB, s Source, log *slog.Logger) *Index {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Index{source: s, statements: newStatements(s), db: db, log: log}
}

// pendingRows is the number of pending rows at which a block is flushed. A title has about 40 n-grams, so indexing it
// writes 40 lists in as many pages of the file. Many titles together share most of their lists. In return a search
// looks up every pending row.
const pendingRows = 128

// Announce adds a new row to the index as a pending row. If a block has pendingRows of them or more, it flushes as many into
// the lists of their n-grams.
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
	pending, err := x.pending(tx, number)
	if err != nil {
		return err
	}
	pending.add(place)
	if err := x.writePending(tx, number, &pending); err != nil || pending.count() < pendingRows {
		return err
	}
	return x.flush(tx, pending.takeFirst(nil, number, pendingRows))
}

// flush moves rows, whose blocks are locked, from the pending list to the lists of their n-grams. It also removes
// missing rows from the pending list: a row that was deleted without the index would stay pending forever.
func (x *Index) flush(tx *gorm.DB, ids []int64) error {
	texts, err := x.source.Load(tx, ids)
	if err != nil {
		return fmt.Errorf("load %d texts: %w", len(ids), err)
	}
	entries := make([]entry, len(ids))
	for i, id := range ids {
		entries[i] = entry{id: id, drop: []ngram{ngramPending}}
	}
	return x.post(tx, slices.Concat(entries, entriesOf(texts))...)
}

// Add adds texts to the lists of their n-grams.
func (x *Index) Add(tx *gorm.DB, texts ...Text) error { return x.post(tx, entriesOf(texts)...) }

func entriesOf(texts []Text) []entry {
	entries := make([]entry, len(texts))
	for i, t := range texts {
		entries[i] = entry{id: t.ID, add: t.ngrams(), drop: []ngram{ngramPending}}
	}
	return entries
}

// Change updates the lists of the n-grams that differ between two texts of a row. It flushes a pending row: a [Pending] has
// the text before.
func (x *Index) Change(tx *gorm.DB, before, after Text) error {
	old, now := before.ngrams(), after.ngrams()
	e := entry{id: after.ID, add: without(now, old), drop: without(old, now)}
	if len(e.add)+len(e.drop) == 0 {
		return nil
	}
	number, place := blockOf(e.id)
	if err := x.lockBlock(tx, number); err != nil {
		return err
	}
	pending, err := x.pending(tx, number)
	if err != nil {
		return fmt.Errorf("read the pending rows of %s: %w", x.source.Lists, err)
	}
	if pending.has(place) {
		e.add, e.drop = now, append(e.drop, ngramPending)
	}
	return x.post(tx, e)
}

// without returns the elements of some that are not in others, which is sorted.
func without(some, others []ngram) (left []ngram) {
	for _, g := range some {
		if _, has := slices.BinarySearch(others, g); !has {
			left = append(left, g)
		}
	}
	return left
}

// Remove removes a deleted row from the index.
func (x *Index) Remove(tx *gorm.DB, t Text) error {
	return x.post(tx, entry{id: t.ID, drop: append(t.ngrams(), ngramPending)})
}

// entry lists the n-grams that a row gains and loses.
type entry struct {
	id        int64
	add, drop []ngram
}

// post applies entries to the index. Callers lock rows of the source before it and never after it, so that two
// transactions cannot deadlock.
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

// postBlock changes the lists of a block, statementNgrams at a time to limit the memory.
func (x *Index) postBlock(tx *gorm.DB, number int64, entries []entry) error {
	if err := x.lockBlock(tx, number); err != nil {
		return err
	}
	byNgram := changesOf(entries)
	blocks := make([]block, min(len(byNgram), statementNgrams))
	lists := make(map[ngram]*block, len(blocks))
	for ngrams := range slices.Chunk(slices.Sorted(maps.Keys(byNgram)), statementNgrams) {
		clear(blocks)
		clear(lists)
		for i, g := range ngrams {
			lists[g] = &blocks[i]
		}
		if err := x.readBlocks(tx, number, ngrams, lists); err != nil {
			return err
		}
		for _, g := range ngrams {
			for _, place := range byNgram[g].drop {
				lists[g].remove(int(place))
			}
			for _, place := range byNgram[g].add {
				lists[g].add(int(place))
			}
		}
		if err := x.writeBlocks(tx, number, ngrams, lists); err != nil {
			return err
		}
	}
	return nil
}

// changesOf returns what entries change, by the lists. Every block has the list of pending rows once it was written.
func changesOf(entries []entry) map[ngram]changes {
	byNgram := map[ngram]changes{ngramPending: {}}
	for _, e := range entries {
		_, place := blockOf(e.id)
		for _, g := range e.drop {
			c := byNgram[g]
			c.drop = append(c.drop, int32(place))
			byNgram[g] = c
		}
		for _, g := range e.add {
			c := byNgram[g]
			c.add = append(c.add, int32(place))
			byNgram[g] = c
		}
	}
	return byNgram
}

// changes are the positions in a block that a list loses, and then those that it gains.
type changes struct{ drop, add []int32 }
