package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const (
	// doubtTimeout bounds the search for the outcome of a transaction. It is longer than innodb_lock_wait_timeout.
	doubtTimeout = 8 * time.Second
	doubtPause   = 50 * time.Millisecond // between two attempts
)

// errNotCommitted means that a transaction was rolled back, because its connection was lost before the server got the
// COMMIT. Tx runs it again.
var errNotCommitted = errors.New("database: the connection was lost before the transaction was committed")

// markers tell whether a transaction was committed when the reply to its COMMIT was lost.
//
// Every transaction that writes also writes a mark, which no other transaction writes, to a row of commit_markers. Another
// connection then locks that row: it waits until the server has committed the transaction or rolled it back, and finds
// the mark or not. At any time one transaction at most uses a row, so they never wait for each other.
type markers struct {
	pool    *sql.DB
	log     *slog.Logger
	timeout time.Duration // of the search for an outcome

	mu   sync.Mutex // guards the fields below
	free []*marker  // the rows that no transaction uses
	last int64      // the last mark
}

// marker is a row of commit_markers.
type marker struct {
	id, mark int64
	stored   bool // the row exists
}

// take returns a row that no other transaction uses, with a new mark.
func (m *markers) take() *marker {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := &marker{id: rand.Int64()}
	if n := len(m.free); n > 0 {
		row, m.free = m.free[n-1], m.free[:n-1]
	}
	m.last++
	row.mark = m.last
	return row
}

// release lets another transaction use the row. It does nothing for nil.
func (m *markers) release(row *marker) {
	if row == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, row)
}

// executor is a transaction.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

const (
	updateMarker = "UPDATE commit_markers SET mark = ?, connection_id = CONNECTION_ID() WHERE id = ?"
	insertMarker = "INSERT INTO commit_markers (mark, id, connection_id) VALUES (?, ?, CONNECTION_ID())"
)

// write writes the mark in tx.
func (row *marker) write(ctx context.Context, tx executor) error {
	if row.stored {
		result, err := tx.ExecContext(ctx, updateMarker, row.mark, row.id)
		if err != nil {
			return fmt.Errorf("mark the transaction: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, insertMarker, row.mark, row.id); err != nil {
		return fmt.Errorf("mark the transaction: %w", err)
	}
	return nil
}

// transactMySQL runs fn in a transaction. When the reply to its COMMIT is lost, the error is nil if the transaction was
// committed, errNotCommitted if it was not, and apperr.ErrOutcomeUnknown if the server does not come back to tell.
func (d *DB) transactMySQL(ctx context.Context, fn func(tx *gorm.DB) error) error {
	conn, err := d.pools["mysql"].BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer conn.Rollback() //nolint:errcheck // after a commit it does nothing; a connection that is lost rolls back
	session := &writeWatch{Tx: conn, pool: d.pools["mysql"]}
	tx := d.writer.Session(&gorm.Session{Context: ctx, NewDB: true})
	tx.Statement.ConnPool = d.breakable(session)
	if err := fn(tx); err != nil {
		return err
	}
	if !session.wrote {
		if err = conn.Commit(); isOutage(err) { // it may be run again whether it was committed or not
			return fmt.Errorf("%w: %w", errNotCommitted, err)
		}
		return err
	}
	row, err := d.markers.mark(ctx, conn)
	if err != nil {
		return err
	}
	return d.markers.commit(ctx, conn, row)
}

// mark writes a new mark in tx and returns its row, which is nil if there is no table: the database is not migrated yet.
func (m *markers) mark(ctx context.Context, tx *sql.Tx) (*marker, error) {
	row := m.take()
	err := row.write(ctx, tx)
	if isMissingTable(err) {
		return nil, nil //nolint:nilnil // as documented
	}
	return row, err // a row of which tx may still hold the lock is used no more
}

// commit commits the transaction that wrote row.
func (m *markers) commit(ctx context.Context, tx *sql.Tx, row *marker) error {
	err := tx.Commit()
	switch {
	case err == nil:
		m.committed(row)
		return nil
	case errors.Is(err, sql.ErrTxDone), ctx.Err() != nil && errors.Is(err, ctx.Err()): // rolled back when ctx ended
		return err
	case retryable(err): // the server has rolled it back
		m.release(row)
		return err
	case row == nil:
		return fmt.Errorf("%w: %w", apperr.ErrOutcomeUnknown, err)
	}
	committed, unknown := m.outcome(ctx, row)
	switch {
	case unknown != nil:
		m.log.WarnContext(ctx, "it is unknown whether a transaction was committed", "error", err, "lookup", unknown)
		return fmt.Errorf("%w: %w", apperr.ErrOutcomeUnknown, err)
	case !committed:
		return fmt.Errorf("%w: %w", errNotCommitted, err)
	}
	m.committed(row)
	return nil
}

func (m *markers) committed(row *marker) {
	if row != nil {
		row.stored = true
	}
	m.release(row)
}

// writeWatch is a transaction that notes whether it has changed something: a mark would make the server write to the disk
// at the COMMIT. Only statements without result rows change something, since GORM uses no RETURNING here.
type writeWatch struct {
	*sql.Tx
	pool  *sql.DB
	wrote bool
}

// GetDBConn implements [gorm.GetDBConnector], which GORM needs for the tables of a model.
func (w *writeWatch) GetDBConn() (*sql.DB, error) { return w.pool, nil }

// ExecContext implements [gorm.ConnPool].
func (w *writeWatch) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := w.Tx.ExecContext(ctx, query, args...)
	if err == nil {
		n, unknown := result.RowsAffected()
		w.wrote = w.wrote || n > 0 || unknown != nil
	}
	return result, err
}

// outcome reports whether the transaction that wrote row was committed. It does not end with ctx, because the caller has
// no other way to know.
func (m *markers) outcome(ctx context.Context, row *marker) (committed bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.timeout)
	defer cancel()
	for {
		if committed, err = m.read(ctx, row); err == nil {
			return committed, nil
		}
		if my, ok := errors.AsType[*mysql.MySQLError](err); ok && my.Number == mysqlLockWaitTimeout {
			m.kill(ctx, row)
		}
		select {
		case <-ctx.Done():
			return false, err
		case <-time.After(doubtPause):
		}
	}
}

// read waits for the end of the transaction that wrote row, and reports whether it was committed. If it was not, read
// writes another mark: then a cluster of servers that commits on another one cannot commit it later, and a replica that
// is behind and read-only does not answer for its primary.
func (m *markers) read(ctx context.Context, row *marker) (committed bool, err error) {
	tx, err := m.pool.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() //nolint:errcheck // it has read only, or the error is that of the commit
	other := marker{id: row.id, mark: -row.mark}
	var mark int64
	err = tx.QueryRowContext(ctx, "SELECT mark FROM commit_markers WHERE id = ? FOR UPDATE", row.id).Scan(&mark)
	switch {
	case err == nil:
		other.stored = true
	case !errors.Is(err, sql.ErrNoRows):
		return false, err
	}
	if mark == row.mark {
		return true, nil
	}
	if mark == other.mark { // an earlier attempt wrote it
		return false, nil
	}
	if err := other.write(ctx, tx); err != nil {
		return false, err
	}
	return false, tx.Commit()
}

// kill ends the connection of the transaction that wrote row, which the server keeps open after a network has lost it. An
// account may end its own connections. The next attempt to read shows whether it worked.
func (m *markers) kill(ctx context.Context, row *marker) {
	tx, err := m.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadUncommitted})
	if err != nil {
		return
	}
	defer tx.Rollback() //nolint:errcheck // it has written nothing
	var id uint64
	err = tx.QueryRowContext(ctx, "SELECT connection_id FROM commit_markers WHERE id = ? AND mark = ?", row.id, row.mark).Scan(&id)
	if err == nil {
		_, err = tx.ExecContext(ctx, fmt.Sprint("KILL ", id))
	}
	if err != nil {
		m.log.WarnContext(ctx, "a transaction whose connection was lost was not ended", "error", err)
	}
}

// sweep deletes the rows of processes that have ended. A server that is read-only refuses it; the next start tries again.
func (m *markers) sweep(ctx context.Context) {
	_, err := m.pool.ExecContext(ctx, "DELETE FROM commit_markers WHERE marked_at < UTC_TIMESTAMP() - INTERVAL 1 DAY")
	if err != nil {
		m.log.DebugContext(ctx, "old commit markers not deleted", "error", err)
	}
}

// isMissingTable reports whether a statement failed because a table does not exist.
func isMissingTable(err error) bool {
	my, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && my.Number == mysqlNoSuchTable
}
