package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// mostStatements bounds those that a writer keeps. The program has about a hundred; inserts of many rows
// at once, which are as many as there are numbers of rows, fill the rest.
const mostStatements = 500

// writer is the connection that writes to SQLite, and the statements that were prepared on it: parsing
// one takes longer than running most. To GORM it is a transaction; one goroutine at a time may use it.
//
// Nothing interrupts its statements, whatever becomes of the context of their caller: SQLite would roll
// back the whole transaction, in which others may take part.
type writer struct {
	pool       *sql.DB
	conn       *sql.Conn // nil until it is needed, and after it was dropped
	statements map[string]*sql.Stmt
}

// connect sees to it that there is a connection.
func (w *writer) connect(ctx context.Context) (err error) {
	if w.conn != nil {
		return nil
	}
	if w.conn, err = w.pool.Conn(ctx); err != nil {
		return fmt.Errorf("connect to write: %w", err)
	}
	w.statements = map[string]*sql.Stmt{}
	return nil
}

// begin opens a transaction that may write from the start.
func (w *writer) begin(ctx context.Context) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	if len(w.statements) > mostStatements { // now, because in a transaction one may be in use
		w.forget()
	}
	if err := w.run(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.drop()
		return err
	}
	return nil
}

// run executes a statement that opens or closes a transaction.
func (w *writer) run(ctx context.Context, statement string) error {
	_, err := w.ExecContext(ctx, statement)
	return err
}

// drop closes the connection, which rolls back what is open on it. The next transaction gets a new one.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	w.forget()                                                   // SQLite keeps a connection open for as long as it has statements
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // has the pool close it, and says so
	w.conn, w.statements = nil, nil
}

// prepared returns a statement that stays prepared.
func (w *writer) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.statements[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	w.statements[query] = s
	return s, nil
}

// forget closes all statements.
func (w *writer) forget() {
	for _, s := range w.statements {
		_ = s.Close() // it has nothing left to say
	}
	clear(w.statements)
}

// ExecContext implements [gorm.ConnPool].
func (w *writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.prepared(ctx, query) //nolint:sqlclosecheck // it stays prepared
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.WithoutCancel(ctx), args...)
}

// QueryContext implements [gorm.ConnPool].
func (w *writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := w.prepared(ctx, query) //nolint:sqlclosecheck // it stays prepared
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.WithoutCancel(ctx), args...)
}

// QueryRowContext implements [gorm.ConnPool].
func (w *writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := w.prepared(ctx, query) //nolint:sqlclosecheck // it stays prepared
	if err != nil {                  // only the connection can make a row that says so
		return w.conn.QueryRowContext(context.WithoutCancel(ctx), query, args...)
	}
	return s.QueryRowContext(context.WithoutCancel(ctx), args...)
}

// PrepareContext implements [gorm.ConnPool].
func (w *writer) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return w.conn.PrepareContext(context.WithoutCancel(ctx), query)
}

var errNotYours = errors.New("database: only Tx ends a transaction")

// Commit tells GORM that this is a transaction, in which it nests others as savepoints. Nobody calls it.
func (w *writer) Commit() error { return errNotYours }

// Rollback is Commit's other half.
func (w *writer) Rollback() error { return errNotYours }

var (
	_ gorm.ConnPool    = (*writer)(nil)
	_ gorm.TxCommitter = (*writer)(nil)
)
