package textindex

import (
	"database/sql"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// statements are the beginnings of what an index asks and writes.
type statements struct{ read, window, last, lock, write, remove string }

// newStatements has lengths compared, for on SQLite no blob is equal to a text, not even an empty one.
func newStatements(s Source) statements {
	read := "SELECT gram, block, " + s.IDs + " FROM " + s.Lists
	insert := " INTO " + s.Lists + " (gram, block, " + s.IDs + ") VALUES "
	return statements{
		read:   read + " WHERE block = ? AND gram IN ",
		window: read + " WHERE block BETWEEN ? AND ? AND LENGTH(" + s.IDs + ") > 0 AND gram IN ",
		last:   "SELECT COALESCE(MAX(block), 0) FROM " + s.Lists + " WHERE gram = 0",
		lock:   "INSERT" + insert + "(0, ?, '') ON DUPLICATE KEY UPDATE gram = gram",
		write:  "REPLACE" + insert + "(?, ?, ?)",
		remove: "DELETE FROM " + s.Lists + " WHERE block = ? AND gram IN ",
	}
}

// lockBlock has one transaction at a time change a block: rows that are not there yet cannot be
// locked, but the list of fresh rows can, once it is made. On SQLite every writing transaction is alone.
func (x *Index) lockBlock(tx *gorm.DB, number int64) error {
	if tx.Name() == database.SQLite {
		return nil
	}
	return tx.Exec(x.statements.lock, number).Error
}

// statementGrams is how many lists a statement reads or writes at most. Statements have sizes that
// are powers of two, so that there are few of them to prepare.
const statementGrams = 256

// readBlocks fills into with the lists of a block that are there.
func (x *Index) readBlocks(tx *gorm.DB, number int64, grams []gram, into map[gram]*block) error {
	in, args := In(grams, number)
	return eachList(tx, x.statements.read+in, args, func(g gram, _ int64, ids []byte) error { return into[g].decode(ids) })
}

// writeBlocks writes the lists of a block; those without an id go.
func (x *Index) writeBlocks(tx *gorm.DB, number int64, grams []gram, from map[gram]*block) error {
	var kept []any
	var empty []gram
	for _, g := range grams {
		if ids := from[g].encode(); len(ids) > 0 || g == gramFresh {
			kept = append(kept, g, number, ids)
		} else {
			empty = append(empty, g)
		}
	}
	for len(kept) > 0 {
		n := powerBelow(len(kept) / 3)
		if err := tx.Exec(x.statements.write+strings.Repeat(", (?, ?, ?)", n-1), kept[:3*n]...).Error; err != nil {
			return err
		}
		kept = kept[3*n:]
	}
	if len(empty) == 0 {
		return nil
	}
	in, args := In(empty, number)
	return tx.Exec(x.statements.remove+in, args...).Error
}

// eachList calls fn with every list that a query reads; ids is valid until fn returns.
func eachList(db *gorm.DB, query string, args []any, fn func(g gram, number int64, ids []byte) error) error {
	var g, number int64
	var ids sql.RawBytes
	return database.Each(db, query, args, func(row database.Scanner) error {
		if err := row.Scan(&g, &number, &ids); err != nil {
			return err
		}
		return fn(g, number, ids)
	})
}

// powerBelow returns the greatest power of two that is not above n or statementGrams.
func powerBelow(n int) int {
	size := 1
	for 2*size <= min(n, statementGrams) {
		size *= 2
	}
	return size
}

// In returns the right side of an IN for some values, of which there must be one, and the arguments of
// the statement: those before it and the values. The last value is repeated until there is a power of two of
// them, so that there are few statements to prepare.
func In(some []int64, before ...any) (list string, args []any) {
	size := 1
	for size < len(some) {
		size *= 2
	}
	args = slices.Grow(before, size+4) // a condition or two may follow
	for i := range size {
		args = append(args, some[min(i, len(some)-1)])
	}
	return "(" + strings.Repeat(", ?", size)[2:] + ")", args
}
