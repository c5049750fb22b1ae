package database

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// Watch tells seen of every query that is asked outside of transactions, with or without GORM, until the returned
// function is called. It is for tests that look at what is asked; nobody else may use d when either is called.
func (d *DB) Watch(seen func(query string, args []any)) (end func()) {
	before := d.reader.Statement.ConnPool
	d.reader.Statement.ConnPool = watched{before, seen}
	return func() { d.reader.Statement.ConnPool = before }
}

// watched is a pool of connections that is looked at.
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
