// Package database opens the database and is the only way to write to it.
//
// It promises the same behaviour on SQLite and MySQL: UTC times with microseconds, foreign keys
// enforced, duplicate keys reported as gorm.ErrDuplicatedKey. On SQLite one connection writes and
// a pool reads beside it (write-ahead log), so that a reader never waits for a writer.
//
// [DB.Reader] serves queries, [DB.Tx] writes, [AfterCommit] is for what may only happen once a
// write can no longer be undone. It knows no domain.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// The drivers that Open knows.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// Config says which database to open.
type Config struct {
	Driver string // SQLite or MySQL
	DSN    string // a file name for SQLite, user:password@tcp(host:port)/name for MySQL
	Logger *slog.Logger
	Clock  func() time.Time // nil means time.Now
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	driver         string
	path           string         // of a SQLite file, "" for other databases
	options        *sql.TxOptions // of every transaction but those of group
	writer, reader *gorm.DB
	group          *group // has the writing connection of SQLite, nil for other databases
	pools          map[string]*sql.DB
	unwritable     atomic.Bool             // whether the last write failed for the disk; of SQLite alone
	patient        func() (*sql.DB, error) // opens a pool on which no answer comes too late; of MySQL alone
}

// Open connects and checks that the connection has the settings that this package promises.
// It does not migrate.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	switch c.Driver {
	case SQLite:
		return openSQLite(ctx, c)
	case MySQL:
		return openMySQL(ctx, c)
	}
	return nil, fmt.Errorf("unknown database driver %q (want %s or %s)", c.Driver, SQLite, MySQL)
}

func open(dialector gorm.Dialector, c Config, prepare bool) (*gorm.DB, error) {
	return gorm.Open(dialector, &gorm.Config{
		// Writes go through Tx; a second transaction around each statement would only cost.
		SkipDefaultTransaction: true,
		PrepareStmt:            prepare,
		PrepareStmtMaxSize:     500,
		TranslateError:         true,
		NowFunc:                func() time.Time { return Time(c.Clock()) },
		Logger:                 newQueryLog(c.Logger),
	})
}

// Time returns t as the database keeps it: in UTC, in whole microseconds.
func Time(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Driver returns SQLite or MySQL.
func (d *DB) Driver() string { return d.driver }

// Pools returns the connection pools by name, for metrics.
func (d *DB) Pools() map[string]*sql.DB { return d.pools }

// Use installs a plugin for writes, such as the notifier that hooks look up.
func (d *DB) Use(p gorm.Plugin) error { return d.writer.Use(p) }

// Check reports whether the database answers, to read and to write.
func (d *DB) Check(ctx context.Context) error {
	for name, pool := range d.pools {
		if err := pool.PingContext(ctx); err != nil {
			return fmt.Errorf("ping %s: %w", name, err)
		}
	}
	return d.checkDisk(ctx)
}

// Close closes all connections.
func (d *DB) Close() error {
	var first error
	if d.group != nil {
		d.group.close()
	}
	for name, pool := range d.pools {
		if err := pool.Close(); err != nil && first == nil {
			first = fmt.Errorf("close %s: %w", name, err)
		}
	}
	return first
}
