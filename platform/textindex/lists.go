package textindex

import (
	"database/sql"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// statements are the beginnings of the SQL statements of an index.
type statements struct{ read, window, last, lock, write, remove, others string }

// newStatements tests for empty lists by their length, because on SQLite a blob never equals a text.
func newStatements(s Source) statements {
	read := "SELECT gram, block, " + s.IDs + " FROM " + s.Lists
	insert := " INTO " + s.Lists + " (gram, block, " + s.IDs + ") VALUES "
	return statements{
		read:   read + " WHERE block = ? AND gram IN ",
		window: read + " WHERE block BETWEEN ? AND ? AND LENGTH(" + s.IDs + ") > 0 AND gram IN ",
		last:   "SELECT COALESCE(MAX(block), 0) FROM " + s.Lists + " WHERE gram = 0",
		lock:   "INSERT" + insert + "(0, ?, '') ON DUPLICATE KEY UPDATE gram = gram",
		write:  "REPLACE INTO " + s.Lists + " (gram, block, " + s.IDs + ")",
		remove: "DELETE FROM " + s.Lists + " WHERE block = ? AND gram IN ",
		others: "SELECT NOT EXISTS (SELECT 1 FROM " + s.Rows + " WHERE id >= ? AND id < ?) AND NOT EXISTS (SELECT 1 FROM " + s.Rows +
			" WHERE id > ? AND id < ?)",
	}
}

// lockBlock lets one transaction at a time change a block. Missing rows cannot be locked, so it locks the list of
// pending rows, which it creates when it is missing. SQLite runs one writing transaction at a time anyway.
func (x *Index) lockBlock(tx *gorm.DB, number int64) error {
	if tx.Name() == database.SQLite {
		return nil
	}
	return tx.Exec(x.statements.lock, number).Error
}

// statementNgrams is the maximum number of lists that a statement reads or writes. The numbers are powers of two, so
// that few different statements are prepared.
const statementNgrams = 256

// readBlocks fills into with the stored lists of a block.
func (x *Index) readBlocks(tx *gorm.DB, number int64, ngrams []ngram, into map[ngram]*block) error {
	in, args := database.InList(ngrams, number)
	return eachList(tx, x.statements.read+in, args, func(g ngram, _ int64, ids []byte) error { return into[g].decode(ids) })
}

// writeBlocks writes the lists of a block and deletes the empty ones.
func (x *Index) writeBlocks(tx *gorm.DB, number int64, ngrams []ngram, from map[ngram]*block) error {
	kept := x.newRows()
	var empty []ngram
	for _, g := range ngrams {
		if ids := from[g].encode(); len(ids) > 0 || g == ngramPending {
			addRow(kept, g, number, ids)
		} else {
			empty = append(empty, g)
		}
	}
	if err := kept.Insert(tx, nil); err != nil || len(empty) == 0 {
		return err
	}
	in, args := database.InList(empty, number)
	return database.Exec(tx, x.statements.remove+in, args...)
}

// newRows returns no rows. They take the place of those that are stored for their n-grams and blocks.
func (x *Index) newRows() *database.Rows { return database.NewRows(x.statements.write, "?, ?, ?") }

func addRow(rows *database.Rows, g ngram, number int64, ids []byte) {
	rows.Int(g)
	rows.Int(number)
	rows.Blob(ids)
}

// eachList calls fn with every list in the result of a query. ids is valid until fn returns.
func eachList(db *gorm.DB, query string, args []any, fn func(g ngram, number int64, ids []byte) error) error {
	var g, number int64
	var ids sql.RawBytes
	return database.Each(db, query, args, func(row database.Scanner) error {
		if err := row.Scan(&g, &number, &ids); err != nil {
			return err
		}
		return fn(g, number, ids)
	})
}
