package movie

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Grams is a row of the title index: the films of one block that have a gram. It is written in the
// transactions that write titles, and follows from them alone.
type Grams struct {
	Gram  int64  `gorm:"primaryKey;autoIncrement:false"`
	Block int64  `gorm:"primaryKey;autoIncrement:false"`
	Films []byte `gorm:"size:2048;not null"`
}

// TableName implements [schema.Tabler].
func (Grams) TableName() string { return "movie_grams" }

// entry is what a film adds to the index or takes from it.
type entry struct {
	film      int64
	add, drop []gram
}

// newEntry returns all of a film, which then is fresh no longer.
func newEntry(m Movie) entry {
	return entry{film: m.ID, add: gramsOf(m.TitleKey, m.Genre), drop: []gram{gramFresh}}
}

// gone returns what the index loses with a film.
func gone(m Movie) entry {
	return entry{film: m.ID, drop: append(gramsOf(m.TitleKey, m.Genre), gramFresh)}
}

func entriesOf(films []Movie) []entry {
	entries := make([]entry, len(films))
	for i, m := range films {
		entries[i] = newEntry(m)
	}
	return entries
}

// changed returns what the index lacks, and has too much, of a film that was before and is after.
func changed(before, after Movie) entry {
	old, fresh := gramsOf(before.TitleKey, before.Genre), gramsOf(after.TitleKey, after.Genre)
	e := entry{film: after.ID}
	for _, g := range fresh {
		if _, had := slices.BinarySearch(old, g); !had {
			e.add = append(e.add, g)
		}
	}
	for _, g := range old {
		if _, has := slices.BinarySearch(fresh, g); !has {
			e.drop = append(e.drop, g)
		}
	}
	return e
}

// freshFilms is how many films of a block are fresh at most. A title has some 40 grams, and so many rows
// to write, each in another page of the file; those of many titles are to a great part the same. But
// a search looks up every fresh film.
const freshFilms = 128

// announce puts a film that was just added into the index, as a fresh one. The last of freshFilms has all
// of them written into the lists of their grams.
func announce(tx *gorm.DB, m Movie) error {
	number, place := blockOf(m.ID)
	if err := lockBlock(tx, number); err != nil {
		return fmt.Errorf("index a title: %w", err)
	}
	var fresh block
	row, grams := map[gram]*block{gramFresh: &fresh}, []gram{gramFresh}
	if err := readBlocks(tx, number, grams, row); err != nil {
		return fmt.Errorf("index a title: %w", err)
	}
	fresh.add(place)
	if fresh.count() >= freshFilms {
		return settle(tx, fresh.takeFirst(nil, number, blockFilms))
	}
	if err := writeBlocks(tx, number, grams, row); err != nil {
		return fmt.Errorf("index a title: %w", err)
	}
	return nil
}

// settle writes fresh films, whose block is locked, into the lists of their grams.
func settle(tx *gorm.DB, ids []int64) error {
	var films []Movie
	if err := tx.Select("id", "title_key", "genre").Where("id IN ?", ids).Find(&films).Error; err != nil {
		return fmt.Errorf("load the titles of %d fresh films: %w", len(ids), err)
	}
	return post(tx, entriesOf(films)...)
}

// post writes entries into the index. Rows of films are locked before it and never after, so that
// two transactions wait for each other in one direction only.
func post(tx *gorm.DB, entries ...entry) error {
	byBlock := map[int64][]entry{}
	for _, e := range entries {
		if len(e.add)+len(e.drop) > 0 {
			number, _ := blockOf(e.film)
			byBlock[number] = append(byBlock[number], e)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(byBlock)) {
		if err := postBlock(tx, number, byBlock[number]); err != nil {
			return fmt.Errorf("index the titles of block %d: %w", number, err)
		}
	}
	return nil
}

// postBlock changes the rows of a block, so many at a time that they take little memory.
func postBlock(tx *gorm.DB, number int64, entries []entry) error {
	if err := lockBlock(tx, number); err != nil {
		return err
	}
	byGram := map[gram][]change{gramFresh: nil} // whose row every block has that was ever written
	for _, e := range entries {
		_, place := blockOf(e.film)
		for _, g := range e.drop {
			byGram[g] = append(byGram[g], change{place, (*block).remove})
		}
		for _, g := range e.add {
			byGram[g] = append(byGram[g], change{place, (*block).add})
		}
	}
	for grams := range slices.Chunk(slices.Sorted(maps.Keys(byGram)), statementGrams) {
		rows := make(map[gram]*block, len(grams))
		for _, g := range grams {
			rows[g] = &block{}
		}
		if err := readBlocks(tx, number, grams, rows); err != nil {
			return err
		}
		for _, g := range grams {
			for _, c := range byGram[g] {
				c.do(rows[g], c.place)
			}
		}
		if err := writeBlocks(tx, number, grams, rows); err != nil {
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

// lockBlock has one transaction at a time change a block: rows that are not there yet cannot be
// locked, but that of fresh films can, once it is made. On SQLite every writing transaction is alone.
func lockBlock(tx *gorm.DB, number int64) error {
	if tx.Name() == database.SQLite {
		return nil
	}
	fresh := Grams{Gram: gramFresh, Block: number, Films: []byte{}}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error
}

// statementGrams is how many rows a statement reads or writes at most. Statements have sizes that
// are powers of two, so that there are few of them to prepare.
const statementGrams = 256

// readBlocks fills into with the rows of a block that are there.
func readBlocks(tx *gorm.DB, number int64, grams []gram, into map[gram]*block) error {
	args := []any{number}
	for _, g := range pad(grams) {
		args = append(args, g)
	}
	query := "SELECT gram, block, films FROM movie_grams WHERE block = ? AND gram IN (" + marks(len(args)-1) + ")"
	return eachGrams(tx, query, args, func(g gram, _ int64, films []byte) error { return into[g].decode(films) })
}

// writeBlocks writes the rows of a block; those without a film go.
func writeBlocks(tx *gorm.DB, number int64, grams []gram, from map[gram]*block) error {
	var kept, empty []any
	for _, g := range grams {
		if films := from[g].encode(); len(films) > 0 || g == gramFresh {
			kept = append(kept, g, number, films)
		} else {
			empty = append(empty, g)
		}
	}
	for len(kept) > 0 {
		n := powerBelow(len(kept) / 3)
		query := "REPLACE INTO movie_grams (gram, block, films) VALUES (?, ?, ?)" + strings.Repeat(", (?, ?, ?)", n-1)
		if err := tx.Exec(query, kept[:3*n]...).Error; err != nil {
			return err
		}
		kept = kept[3*n:]
	}
	if len(empty) == 0 {
		return nil
	}
	empty = pad(empty)
	query := "DELETE FROM movie_grams WHERE block = ? AND gram IN (" + marks(len(empty)) + ")"
	return tx.Exec(query, append([]any{number}, empty...)...).Error
}

// eachGrams calls fn with every row of a query; films is valid until fn returns.
func eachGrams(db *gorm.DB, query string, args []any, fn func(g gram, number int64, films []byte) error) error {
	var g, number int64
	var films sql.RawBytes
	return database.Each(db, query, args, func(row database.Scanner) error {
		if err := row.Scan(&g, &number, &films); err != nil {
			return err
		}
		return fn(g, number, films)
	})
}

// marks returns n question marks.
func marks(n int) string { return strings.Repeat(", ?", n)[2:] }

// powerBelow returns the greatest power of two that is not above n or statementGrams.
func powerBelow(n int) int {
	size := 1
	for 2*size <= min(n, statementGrams) {
		size *= 2
	}
	return size
}

// pad repeats the last of some values until there is a power of two of them.
func pad[T any](some []T) []T {
	size := 1
	for size < len(some) {
		size *= 2
	}
	out := slices.Grow(slices.Clone(some), size-len(some))
	for len(out) < size {
		out = append(out, some[len(some)-1])
	}
	return out
}
