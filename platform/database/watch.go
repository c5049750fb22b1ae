package database

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// Watch calls seen with every query outside of transactions, with or without GORM, until the caller calls end.
// It is for tests of query plans. Nothing else may use d while Watch or end is called.
func (d *DB) Watch(seen func(query string, args []any)) (end func()) {
	before := d.reader.Statement.ConnPool
	d.reader.Statement.ConnPool = watched{before, seen}
	return func() { d.reader.Statement.ConnPool = before }
}

// watched is a connection pool that reports its queries.
type watched struct {
	gorm.ConnPool
	seen func(query string, args []any)
}

// QueryContext implements [gorm.ConnPool].
func (w watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.seen(query, args)
	return w.ConnPool.QueryContext(ctx, query, args...)
}

// QueryRowContext implements [gorm.ConnPool].
func (w watched) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	w.seen(query, args)
	return w.ConnPool.QueryRowContext(ctx, query, args...)
}
