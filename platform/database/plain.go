package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// Row queries one row by the prepared statements that are kept, without GORM and its reflection: for the few
// reads that every request waits for. Like Reader it sees the transaction that ctx comes from. It is for
// rows that are found by a key: on SQLite it goes on to its end when ctx is cancelled meanwhile, because to
// watch for that costs more than to find a row.
func (d *DB) Row(ctx context.Context, query string, args ...any) Row {
	if err := ctx.Err(); err != nil {
		return Row{err: err}
	}
	pool := d.reader.Statement.ConnPool
	if s := d.scope(ctx); s != nil {
		pool = s.tx.Statement.ConnPool
	}
	if d.driver == SQLite {
		ctx = context.WithoutCancel(ctx)
	}
	rows, err := pool.QueryContext(ctx, query, args...) //nolint:rowserrcheck // Scan asks; GORM's QueryRowContext loses why it could not prepare
	return Row{rows, err}
}

// Row is what [DB.Row] found.
type Row struct {
	rows *sql.Rows
	err  error
}

// Scan copies the columns into dest; it returns sql.ErrNoRows when there is no row.
func (r Row) Scan(dest ...any) (err error) {
	if r.err != nil {
		return unavailable(r.err)
	}
	defer func() { err = unavailable(errors.Join(err, r.rows.Close())) }()
	if !r.rows.Next() {
		return cmp.Or(r.rows.Err(), sql.ErrNoRows)
	}
	return r.rows.Scan(dest...)
}

// Scan returns the rows of q, which selects what fields names a place for, in that order. It is Find of GORM
// without the reflection, which for a page of rows takes longer than the query.
func Scan[T any](q *gorm.DB, fields func(*T) []any) (found []T, err error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, unavailable(err) // Rows does not translate its errors as Find does
	}
	defer rows.Close() // Err below says what went wrong
	for rows.Next() {
		found = append(found, *new(T))
		if err := rows.Scan(fields(&found[len(found)-1])...); err != nil {
			return nil, fmt.Errorf("read row %d: %w", len(found), err)
		}
	}
	return found, unavailable(rows.Err())
}

// Insert runs an INSERT of one row and returns the id that the row got. It is Create of GORM without the
// reflection, and without hooks.
func Insert(tx *gorm.DB, statement string, args ...any) (id int64, err error) {
	made := gorm.WithResult()
	if err := tx.Clauses(made).Exec(statement, args...).Error; err != nil {
		return 0, err
	}
	return made.Result.LastInsertId()
}
