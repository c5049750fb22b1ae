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

// Break makes statements fail, in transactions and outside of them, until the caller calls end. fail is called before each
// with its context, and its error is that of the statement. It is for tests of what a failure leaves behind. Nothing else may
// use d while Break or end is called.
func (d *DB) Break(fail func(ctx context.Context, statement string) error) (end func()) {
	before := d.reader.Statement.ConnPool
	d.reader.Statement.ConnPool = breaking{before, fail}
	d.fail = fail
	return func() { d.reader.Statement.ConnPool, d.fail = before, nil }
}

// breakable returns conn, or what Break makes of it.
func (d *DB) breakable(conn gorm.ConnPool) gorm.ConnPool {
	if d.fail == nil {
		return conn
	}
	return breaking{conn, d.fail}
}

// breaking is a connection whose statements fail.
type breaking struct {
	gorm.ConnPool
	fail func(ctx context.Context, statement string) error
}

// ExecContext implements [gorm.ConnPool].
func (b breaking) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	if err := b.fail(ctx, statement); err != nil {
		return nil, err
	}
	return b.ConnPool.ExecContext(ctx, statement, args...)
}

// QueryContext implements [gorm.ConnPool].
func (b breaking) QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	if err := b.fail(ctx, statement); err != nil {
		return nil, err
	}
	return b.ConnPool.QueryContext(ctx, statement, args...)
}

// Commit implements [gorm.TxCommitter], which marks a transaction to GORM.
func (breaking) Commit() error { return errTxEnds }

// Rollback implements [gorm.TxCommitter].
func (breaking) Rollback() error { return errTxEnds }
