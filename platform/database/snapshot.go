package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Snapshot is a read-only view of a database as of the first query. It creates, migrates and changes nothing.
// It is not safe for concurrent use.
type Snapshot struct {
	driver string
	close  func() error
	tx     *sql.Tx
}

// OpenSnapshot opens a snapshot of an existing database. The caller closes it.
func OpenSnapshot(ctx context.Context, c Config) (*Snapshot, error) {
	if c.Driver == MySQL {
		return snapshotMySQL(ctx, c)
	}
	if path := SQLitePath(c.DSN); path != "" {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("no such database: %w", err)
		}
	}
	uri, err := sqliteURI(c.DSN)
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open(sqliteDriver, uri+"mode=ro")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	pool.SetMaxOpenConns(1) // the pragmas below belong to the one connection
	for _, pragma := range []string{"query_only = 1", fmt.Sprint("busy_timeout = ", busyTimeoutMillis)} {
		if _, err := pool.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %w", c.DSN, err), pool.Close())
		}
	}
	return begin(ctx, SQLite, pool, pool.Close, nil)
}

// snapshotMySQL uses the isolation level at which all queries of a transaction see the same rows.
func snapshotMySQL(ctx context.Context, c Config) (*Snapshot, error) {
	db, err := openMySQL(ctx, c)
	if err != nil {
		return nil, err
	}
	return begin(ctx, MySQL, db.pools["mysql"], db.Close, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

func begin(ctx context.Context, driver string, pool *sql.DB, end func() error, options *sql.TxOptions) (*Snapshot, error) {
	tx, err := pool.BeginTx(ctx, options)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("begin to read: %w", err), end())
	}
	return &Snapshot{driver: driver, close: end, tx: tx}, nil
}

// Close ends the snapshot.
func (s *Snapshot) Close() error {
	if err := s.tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) { // ErrTxDone when its context has ended
		return errors.Join(fmt.Errorf("end the reading: %w", err), s.close())
	}
	return s.close()
}

// QueryContext queries the snapshot.
func (s *Snapshot) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, query, args...)
}

// Version returns the schema version, or an error when the database was never migrated.
func (s *Snapshot) Version(ctx context.Context) (version int64, err error) {
	if err = s.tx.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read the version of the schema: %w", err)
	}
	return version, nil
}

// LastID returns the greatest id that table has ever assigned, and 0 when it has assigned none.
func (s *Snapshot) LastID(ctx context.Context, table string) (int64, error) {
	return lastID(ctx, s.driver, s.tx, table)
}
