package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// maxStatements limits the prepared statements that a writer keeps. The program has about a hundred. Inserts of
// several rows use one for each number of rows.
const maxStatements = 500

// writer is the connection that writes to SQLite, with its prepared statements: parsing a statement takes longer
// than running most of them. GORM sees it as a transaction. It is not safe for concurrent use.
//
// It ignores the cancellation of contexts, because SQLite would roll back the whole transaction of an interrupted
// statement, in which other callers may take part.
type writer struct {
	pool       *sql.DB
	conn       *sql.Conn // nil before the first use and after discard
	statements map[string]*statement

	watch         *watch // nil where there is none
	handle        int64  // of the connection in SQLite
	watched       int64  // how many lists of reads the statements were compiled with
	touched       bool   // the transaction may have written what is watched
	compiledTouch bool   // what has just been compiled may write it
	shared        bool   // others have statements of the connection, and what these write is not known
}

// statement is a prepared statement.
type statement struct {
	*sql.Stmt
	touches bool // it may write what is watched
}

// connect opens the connection unless it is open.
func (w *writer) connect(ctx context.Context) (err error) {
	if w.conn != nil {
		return nil
	}
	if w.conn, err = w.pool.Conn(ctx); err != nil {
		return fmt.Errorf("connect to write: %w", err)
	}
	w.statements, w.watched, w.shared = map[string]*statement{}, 0, false
	if err := errors.Join(w.pollLock(ctx), set(ctx, w.conn, plainSettings...)); err != nil {
		w.discard()
		return err
	}
	return nil
}

// lockPoll is how long SQLite itself waits for the write lock, in milliseconds: 1, and then 2 before its last attempt
// (https://sqlite.org/c3ref/busy_timeout.html). Then [group.begin] begins anew. Longer waits would be of 5 and 10, which is
// longer than most programs have the lock, and nothing interrupts them: neither driver has an eye on the context meanwhile.
const lockPoll = 3

// pollLock makes BEGIN IMMEDIATE return within lockPoll. Without a write-ahead log other statements wait for locks as
// well, and keep the timeout of the pool.
func (w *writer) pollLock(ctx context.Context) error {
	var mode string
	if err := w.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return fmt.Errorf("read the journal mode: %w", err)
	}
	if mode != "wal" {
		return nil
	}
	if _, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", lockPoll)); err != nil {
		return fmt.Errorf("set the busy timeout: %w", err)
	}
	if w.watch == nil {
		return nil
	}
	live, err := w.mapIndex(ctx)
	if err == nil {
		w.watch.attach(live)
	}
	return err
}

// begin opens a transaction that holds the write lock from the start.
func (w *writer) begin(ctx context.Context) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	if len(w.statements) > maxStatements { // not within a transaction, where a statement may be in use
		w.closeStatements()
	}
	if err := w.watchAll(); err != nil {
		return err
	}
	if err := w.run(ctx, "BEGIN IMMEDIATE"); err != nil {
		if !isLocked(err) { // after which there is no transaction, and the connection is as it was
			w.discard()
		}
		return err
	}
	if w.watch != nil {
		w.touched = false
		w.watch.begin(w.pagesWritten())
	}
	return nil
}

// watchAll has statements compiled anew when more is watched than when they were compiled.
func (w *writer) watchAll() error {
	if w.watch == nil || w.watched == w.watch.lists.Load() {
		return nil
	}
	w.closeStatements()
	w.watched = w.watch.lists.Load()
	return w.authorize()
}

// ended notes that the transaction that begin has opened has ended.
func (w *writer) ended(committed bool) {
	if w.watch == nil {
		return
	}
	written := 0
	if committed {
		written = w.pagesWritten()
	}
	w.watch.end(w.touched || w.shared || w.watched != w.watch.lists.Load(), written)
}

// run executes a statement that opens or closes a transaction.
func (w *writer) run(ctx context.Context, statement string) error {
	_, err := w.ExecContext(ctx, statement)
	return err
}

// discard closes the connection, which rolls back its transaction. The next begin opens a new one.
func (w *writer) discard() {
	if w.conn == nil {
		return
	}
	w.watch.detach()
	w.closeStatements()                                          // SQLite keeps a connection with open statements alive
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // makes the pool close it; Raw returns the same error
	w.conn, w.statements = nil, nil
}

// prepared returns the prepared statement of a query.
func (w *writer) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.statements[query]; ok {
		w.touched = w.touched || s.touches
		return s.Stmt, nil
	}
	w.compiledTouch = false
	s, err := w.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	touches := w.compiledTouch || replaces(query)
	w.touched = w.touched || touches
	w.statements[query] = &statement{s, touches}
	return s, nil
}

// closeStatements closes all prepared statements.
func (w *writer) closeStatements() {
	for _, s := range w.statements {
		_ = s.Close() // its results are read
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
	if err != nil {                  // only the connection can return the error as a Row
		w.shared = true
		return w.conn.QueryRowContext(context.WithoutCancel(ctx), query, args...)
	}
	return s.QueryRowContext(context.WithoutCancel(ctx), args...)
}

// PrepareContext implements [gorm.ConnPool].
func (w *writer) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	w.shared = true
	return w.conn.PrepareContext(context.WithoutCancel(ctx), query)
}

var errTxEnds = errors.New("database: only Tx ends a transaction")

// Commit is never called. It marks the writer as a transaction, in which GORM nests others as savepoints.
func (w *writer) Commit() error { return errTxEnds }

// Rollback is never called, like Commit.
func (w *writer) Rollback() error { return errTxEnds }

var (
	_ gorm.ConnPool    = (*writer)(nil)
	_ gorm.TxCommitter = (*writer)(nil)
)
