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

// Each calls fn with every row of a query, or of a statement that returns rows. It runs as a prepared statement and without
// GORM's reflection, and its errors are translated as GORM does. What fn scans into sql.RawBytes is valid until fn returns.
func Each(db *gorm.DB, query string, args []any, fn func(row Scanner) error) error {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err == nil {
		err = each(rows, fn)
	}
	return translated(db, err)
}

// Scan returns the rows of q. targets returns pointers to the fields of T that receive the columns which q
// selects, in their order; [Table.Targets] does so for a whole model. It replaces GORM's Find, whose
// reflection takes longer than the query of a page of rows.
func Scan[T any](q *gorm.DB, targets func(*T) []any) ([]T, error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, unavailable(err) // Rows does not translate its errors as Find does
	}
	return collect(q.Statement.Context, rows, targets, 0)
}

// Collect returns the rows of a query, of which it expects size, as [Scan] does. The result is never nil
// without an error. It is for queries that soon find their first row: on SQLite the end of the context stops it between two
// rows, as a goroutine that watches the context costs more than five rows.
func Collect[T any](db *gorm.DB, targets func(*T) []any, size int, text string, args ...any) ([]T, error) {
	ctx := db.Statement.Context
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	running := ctx
	if db.Name() == SQLite {
		running = context.WithoutCancel(ctx)
	}
	return query(ctx, running, db, targets, size, text, args)
}

// CollectFew is [Collect] for a query that may look at many rows before it finds one. The end of the context stops it at any
// time.
func CollectFew[T any](db *gorm.DB, targets func(*T) []any, size int, text string, args ...any) ([]T, error) {
	ctx := db.Statement.Context
	return query(ctx, ctx, db, targets, size, text, args)
}

// query runs a query until running ends, and reads its rows until ctx ends.
func query[T any](ctx, running context.Context, db *gorm.DB, targets func(*T) []any, size int, text string, args []any) ([]T, error) {
	rows, err := db.Statement.ConnPool.QueryContext(running, text, args...)
	if err != nil {
		return nil, unavailable(err)
	}
	return collect(ctx, rows, targets, size)
}

// collect scans every row into the same variable and copies it from there, so that targets is called once. It stops when ctx
// ends.
func collect[T any](ctx context.Context, rows *sql.Rows, targets func(*T) []any, size int) ([]T, error) {
	var found []T
	if size > 0 {
		found = make([]T, 0, size)
	}
	var row T
	into := targets(&row)
	err := each(rows, func(r Scanner) error {
		if err := ctx.Err(); err != nil {
			return err
		}
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

// Insert runs an INSERT of one row as [Exec] does, and returns the id of the new row.
func Insert(tx *gorm.DB, statement string, args ...any) (id int64, err error) {
	result, err := execute(tx, statement, args)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// Exec runs a statement as it is: without hooks, and without GORM's reflection and search for placeholders, which take longer
// than most statements. It translates errors as GORM does.
func Exec(tx *gorm.DB, statement string, args ...any) error {
	_, err := execute(tx, statement, args)
	return err
}

// Affect is [Exec] that returns how many rows it has changed. MySQL does not count rows that stay as they are.
func Affect(tx *gorm.DB, statement string, args ...any) (rows int64, err error) {
	result, err := execute(tx, statement, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func execute(tx *gorm.DB, statement string, args []any) (sql.Result, error) {
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, statement, args...)
	return result, translated(tx, err)
}

// translated returns an error of a statement as GORM translates it.
func translated(db *gorm.DB, err error) error {
	if err == nil {
		return nil
	}
	if translator, ok := db.Dialector.(gorm.ErrorTranslator); ok {
		err = translator.Translate(err)
	}
	return unavailable(err)
}

// InsertInto returns the begin of an INSERT of many rows, after whose failure the transaction must be rolled back. SQLite
// copies every page that such a statement changes into a file of its own, so that it can undo the statement alone
// (https://sqlite.org/tempfiles.html, section 2.5), which takes a fifth of the time of an import, but for OR FAIL.
func InsertInto(driver string) string {
	if driver == SQLite {
		return "INSERT OR FAIL INTO "
	}
	return "INSERT INTO "
}

// InsertMany runs an INSERT of n rows as [Exec] does, and returns the id that the database has given the first. Those of the
// others follow it in steps of [IDStep].
func InsertMany(tx *gorm.DB, n int, statement string, args ...any) (first int64, err error) {
	result, err := execute(tx, statement, args)
	if err != nil {
		return 0, err
	}
	if first, err = result.LastInsertId(); tx.Name() == SQLite { // there it is that of the last row
		first -= int64(n - 1)
	}
	return first, err
}

// IDStep returns the distance of the ids of rows that one statement inserts. It is above 1 on groups of MySQL servers that
// all accept writes.
func IDStep(tx *gorm.DB) (step int64, err error) {
	if tx.Name() == SQLite {
		return 1, nil
	}
	err = Each(tx, "SELECT @@auto_increment_increment", nil, func(row Scanner) error { return row.Scan(&step) })
	return step, err
}

// DataVersion returns a number that is another one when another connection has written to SQLite since
// (https://sqlite.org/pragma.html#pragma_data_version). On MySQL it is always 0.
func DataVersion(tx *gorm.DB) (version int64, err error) {
	if tx.Name() != SQLite {
		return 0, nil
	}
	err = Each(tx, "PRAGMA data_version", nil, func(row Scanner) error { return row.Scan(&version) })
	return version, err
}

// InList returns the right side of an IN for ids or texts, of which there must be at least one, and the arguments of
// the statement: args followed by ids. It repeats the last id until their number is [InListSize], so that
// few different statements are prepared.
func InList[T int64 | string](ids []T, args ...any) (list string, all []any) {
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

// mostAdded limits the ids in one statement of AddTo. Both databases accept more.
const mostAdded = 500

// Decrement subtracts one from a counter of the rows of model that have these ids, as [AddTo] does.
func Decrement(tx *gorm.DB, model any, counter string, ids []int64) error {
	return AddTo(tx, model, counter, -1, ids)
}

// AddTo adds delta to a counter of the rows of model that have these ids. It updates them in ascending order of
// their ids, so that two transactions lock rows in the same order. It takes a list of ids because MariaDB scans the
// whole table of model when they come from a subquery.
func AddTo(tx *gorm.DB, model any, counter string, delta int64, ids []int64) error {
	for some := range slices.Chunk(slices.Sorted(slices.Values(ids)), mostAdded) {
		err := tx.Model(model).Where("id IN ?", some).UpdateColumn(counter, gorm.Expr(counter+" + ?", delta)).Error
		if err != nil {
			return fmt.Errorf("add %d to %s of %d rows of %T: %w", delta, counter, len(some), model, err)
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
