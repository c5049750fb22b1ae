package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Row runs a query that finds one row by a key, as a prepared statement and without GORM's reflection. It is
// for the few reads that every request makes. Like [DB.Reader] it sees the transaction that ctx comes from.
// On SQLite cancelling ctx does not interrupt a query that has begun: watching ctx costs more than finding a row.
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
	rows, err := pool.QueryContext(ctx, query, args...) //nolint:rowserrcheck // Scan checks; GORM's QueryRowContext loses the error of a failed prepare
	return Row{rows, err}
}

// Row is the result of [DB.Row].
type Row struct {
	rows *sql.Rows
	err  error
}

// Scan copies the columns of the row into dest. It returns sql.ErrNoRows when there is no row.
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

// Scanner is one row of [Each].
type Scanner interface{ Scan(dest ...any) error }

// Each calls fn with every row of a query. The query runs as a prepared statement and without GORM's
// reflection. What fn scans into sql.RawBytes is valid until fn returns.
func Each(db *gorm.DB, query string, args []any, fn func(row Scanner) error) error {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err != nil {
		return unavailable(err)
	}
	return each(rows, fn)
}

// Scan returns the rows of q. targets returns pointers to the fields of T that receive the columns which q
// selects, in their order; [Table.Targets] does so for a whole model. It replaces GORM's Find, whose
// reflection takes longer than the query of a page of rows.
func Scan[T any](q *gorm.DB, targets func(*T) []any) ([]T, error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, unavailable(err) // Rows does not translate its errors as Find does
	}
	return collect(rows, targets, 0)
}

// Collect returns the rows of a query, of which it expects size, as [Scan] does. The result is never nil
// without an error.
func Collect[T any](db *gorm.DB, targets func(*T) []any, size int, query string, args ...any) ([]T, error) {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err != nil {
		return nil, unavailable(err)
	}
	return collect(rows, targets, size)
}

// collect scans every row into the same variable and copies it from there, so that targets is called once.
func collect[T any](rows *sql.Rows, targets func(*T) []any, size int) ([]T, error) {
	var found []T
	if size > 0 {
		found = make([]T, 0, size)
	}
	var row T
	into := targets(&row)
	err := each(rows, func(r Scanner) error {
		if err := r.Scan(into...); err != nil {
			return fmt.Errorf("read row %d: %w", len(found)+1, err)
		}
		found = append(found, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// each calls fn with every row and closes rows.
func each(rows *sql.Rows, fn func(row Scanner) error) error {
	defer rows.Close() // Err reports what went wrong
	for rows.Next() {
		if err := fn(rows); err != nil {
			return unavailable(err)
		}
	}
	return unavailable(rows.Err())
}

// Insert runs an INSERT of one row and returns the id of the new row. It runs without the reflection of
// GORM's Create, and without hooks.
func Insert(tx *gorm.DB, statement string, args ...any) (id int64, err error) {
	made := gorm.WithResult()
	if err := tx.Clauses(made).Exec(statement, args...).Error; err != nil {
		return 0, err
	}
	return made.Result.LastInsertId()
}

// Exec runs a statement as it is, without GORM's search for placeholders, which takes longer than to insert hundreds of rows.
// It translates errors as GORM does.
func Exec(tx *gorm.DB, statement string, args ...any) error {
	if _, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, statement, args...); err != nil {
		if translator, ok := tx.Dialector.(gorm.ErrorTranslator); ok {
			err = translator.Translate(err)
		}
		return unavailable(err)
	}
	return nil
}

// InList returns the right side of an IN for ids, of which there must be at least one, and the arguments of
// the statement: args followed by ids. It repeats the last id until their number is [InListSize], so that
// few different statements are prepared.
func InList(ids []int64, args ...any) (list string, all []any) {
	size := InListSize(len(ids))
	all = slices.Grow(args, size+4) // callers append a condition or two
	for i := range size {
		all = append(all, ids[min(i, len(ids)-1)])
	}
	return "(?" + strings.Repeat(", ?", size-1) + ")", all
}

// Limit returns the LIMIT of a query, with a placeholder. SQLite compiles a statement anew when another LIMIT is bound to a
// placeholder that stands alone (https://sqlite.org/c3ref/prepare.html, findings/sqlite-limit-reprepare.sh), which takes
// 30 µs, as long as reading six films. So there it is an expression, which MySQL does not allow.
func Limit(driver string) string {
	if driver == SQLite {
		return " LIMIT ? + 0"
	}
	return " LIMIT ?"
}

// StraightJoin returns the join that reads its left table first. With JOIN the planners may begin at another table, and
// sort all rows that they find.
func StraightJoin(driver string) string {
	if driver == MySQL {
		return "STRAIGHT_JOIN"
	}
	return "CROSS JOIN"
}

// InListSize returns the smallest power of two that is not less than n.
func InListSize(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// mostDecremented limits the ids in one statement of Decrement. Both databases accept more.
const mostDecremented = 500

// Decrement subtracts one from a counter of the rows of model that have these ids. It updates them in
// ascending order of their ids, so that two transactions lock rows in the same order. It takes a list of ids
// because MariaDB scans the whole table of model when they come from a subquery.
func Decrement(tx *gorm.DB, model any, counter string, ids []int64) error {
	for some := range slices.Chunk(slices.Sorted(slices.Values(ids)), mostDecremented) {
		err := tx.Model(model).Where("id IN ?", some).UpdateColumn(counter, gorm.Expr(counter+" - 1")).Error
		if err != nil {
			return fmt.Errorf("decrement %s of %d rows of %T: %w", counter, len(some), model, err)
		}
	}
	return nil
}

// ForceIndex makes q read table along index on MySQL, whose planner prefers a long walk in the order of
// another index as soon as there is a LIMIT. On SQLite it returns q unchanged.
func (d *DB) ForceIndex(q *gorm.DB, table, index string) *gorm.DB {
	if d.driver != MySQL {
		return q
	}
	return q.Table(table + " FORCE INDEX (" + index + ")")
}
