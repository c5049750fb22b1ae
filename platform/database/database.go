// Package database opens the database and is the only way to write to it.
//
// It promises the same behaviour on SQLite and MySQL: times are in UTC with microseconds, foreign keys are
// enforced, and a duplicate key is reported as gorm.ErrDuplicatedKey. On SQLite one connection writes and a
// pool of connections reads (write-ahead log), so that readers never wait for writers.
//
// [DB.Reader] runs queries, [DB.Tx] writes, and [AfterCommit] schedules work for after the commit. This
// package depends on no domain.
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

// Config specifies the database to open.
type Config struct {
	Driver string // SQLite or MySQL
	DSN    string // a file name for SQLite, user:password@tcp(host:port)/name for MySQL
	Logger *slog.Logger
	Clock  func() time.Time // nil means time.Now

	MaxOpenConns int // of MySQL; 0 means DefaultConns
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	driver         string
	path           string     // of the SQLite file, "" without one
	markers        *markers   // of transactions on MySQL; nil on SQLite
	limit          *connLimit // of connections to MySQL; nil on SQLite
	writer, reader *gorm.DB
	group          *group // owns the writing connection of SQLite; nil on MySQL
	watch          *watch // of the SQLite file; nil where memos remember nothing
	pools          map[string]*sql.DB
	unwritable     atomic.Bool             // SQLite only: the last write failed because of the disk
	migrationPool  func() (*sql.DB, error) // MySQL only: opens connections without a read timeout

	fail func(ctx context.Context, statement string) error // see Break; nil outside of tests
}

// Open connects to a database and checks that the connections have the settings that this package promises.
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
		// Writes go through Tx, so a transaction around each statement would be redundant.
		SkipDefaultTransaction: true,
		PrepareStmt:            prepare,
		PrepareStmtMaxSize:     500,
		TranslateError:         true,
		NowFunc:                func() time.Time { return Time(c.Clock()) },
		Logger:                 newQueryLog(c.Logger),
	})
}

// Time returns t as the database stores it: in UTC, truncated to microseconds.
func Time(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Driver returns SQLite or MySQL.
func (d *DB) Driver() string { return d.driver }

// Pools returns the connection pools by name, for metrics.
func (d *DB) Pools() map[string]*sql.DB { return d.pools }

// Use installs a GORM plugin for writes, such as the notifier that model hooks look up.
func (d *DB) Use(p gorm.Plugin) error { return d.writer.Use(p) }

// Check returns an error unless the database answers reads and accepts writes.
func (d *DB) Check(ctx context.Context) error {
	for name, pool := range d.pools {
		if err := pool.PingContext(ctx); err != nil {
			return fmt.Errorf("ping %s: %w", name, err)
		}
	}
	if d.driver == MySQL {
		return d.checkServer(ctx)
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
