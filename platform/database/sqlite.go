package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/failpoint"
)

// sqliteDialector is GORM's, with the errors of both drivers understood.
type sqliteDialector struct {
	sqlite.Dialector
	unwritable *atomic.Bool // of the DB
}

// The extended result codes that have a name in GORM (https://www.sqlite.org/rescode.html).
const (
	sqliteConstraintForeignKey = 787
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

// Translate turns constraint errors into GORM's, and those of the disk into a 503. The one it replaces reads
// only mattn's errors.
func (d sqliteDialector) Translate(err error) error {
	if isDiskFault(err) {
		d.unwritable.Store(true)
		return unavailable(err)
	}
	switch sqliteCode(err) {
	case sqliteConstraintUnique, sqliteConstraintPrimaryKey:
		return gorm.ErrDuplicatedKey
	case sqliteConstraintForeignKey:
		return gorm.ErrForeignKeyViolated
	}
	return err
}

// The primary result codes of a disk that is full, or gone.
const (
	sqliteIOError  = 10
	sqliteFull     = 13
	sqliteCantOpen = 14
)

func isDiskFault(err error) bool {
	switch sqliteCode(err) & 0xff { // the low byte of an extended result code is the primary one
	case sqliteIOError, sqliteFull, sqliteCantOpen:
		return true
	}
	return false
}

// checkDisk writes something that changes nothing, once a write has failed for the disk, until one succeeds.
func (d *DB) checkDisk(ctx context.Context) error {
	if !d.unwritable.Load() {
		return nil
	}
	var version int64
	if err := d.pools["writer"].QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read the database file: %w", err)
	}
	if _, err := d.pools["writer"].ExecContext(ctx, fmt.Sprint("PRAGMA user_version = ", version)); err != nil {
		return fmt.Errorf("write the database file: %w", err)
	}
	d.unwritable.Store(false)
	return nil
}

func openSQLite(ctx context.Context, c Config) (*DB, error) {
	uri, err := sqliteURI(c.DSN)
	if err != nil {
		return nil, err
	}
	if err := makePrivate(c.DSN); err != nil {
		return nil, err
	}
	d := &DB{driver: SQLite, path: SQLitePath(c.DSN), options: &sql.TxOptions{}, pools: map[string]*sql.DB{}}
	// One writes. The other migrates and copies, which nobody does while it writes.
	if d.writer, err = d.openSQLitePool(ctx, c, "writer", uri+sqliteParams(true), 2); err != nil {
		return nil, err
	}
	d.group = &group{conn: &writer{pool: d.pools["writer"]}}
	readers := max(4, runtime.GOMAXPROCS(0))
	if d.reader, err = d.openSQLitePool(ctx, c, "reader", uri+sqliteParams(false), readers); err != nil {
		_ = d.Close() // the reason to fail is err
		return nil, err
	}
	return d, nil
}

func (d *DB) openSQLitePool(ctx context.Context, c Config, name, dsn string, size int) (*gorm.DB, error) {
	pool, err := sql.Open(sqliteDriver, dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	if err := checkPragmas(ctx, pool); err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	// The writer keeps its statements itself.
	g, err := open(sqliteDialector{sqlite.Dialector{Conn: pool, DriverName: sqliteDriver}, &d.unwritable}, c, name == "reader")
	if err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	d.pools[name] = pool
	return g, nil
}

// checkPragmas reads back what the DSN asked for, because both drivers ignore a parameter that
// they do not know.
func checkPragmas(ctx context.Context, pool *sql.DB) error {
	for _, p := range []struct {
		name string
		want int
	}{{"foreign_keys", 1}, {"busy_timeout", busyTimeoutMillis}, {"synchronous", 2}} {
		var got int
		if err := pool.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", p.name, err)
		}
		if got != p.want {
			return fmt.Errorf("pragma %s is %d, want %d", p.name, got, p.want)
		}
	}
	return nil
}

var memoryCount atomic.Int64 // names databases in memory apart; a name is all they share

// sqliteURI returns dsn as a file: URI that ends where further parameters go. A folder that is
// missing is made. ":memory:" is a database of its own, shared by all connections of one Open.
func sqliteURI(dsn string) (string, error) {
	if dsn == "" {
		return "", fmt.Errorf("database.dsn is empty: want a file name")
	}
	if dsn == ":memory:" {
		return fmt.Sprintf("file:/cinecircle-%d?vfs=memdb&", memoryCount.Add(1)), nil
	}
	if strings.HasPrefix(dsn, "file:") {
		if strings.Contains(dsn, "?") {
			return dsn + "&", nil
		}
		return dsn + "?", nil
	}
	if err := os.MkdirAll(filepath.Dir(dsn), 0o750); err != nil {
		return "", fmt.Errorf("make the folder of the database: %w", err)
	}
	return "file:" + (&url.URL{Path: dsn}).EscapedPath() + "?", nil
}

// makePrivate makes the file of a database that is not there yet, for its owner alone: SQLite would let
// everybody read it, and gives its log the same mode.
func makePrivate(dsn string) error {
	path := SQLitePath(dsn)
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	return f.Close()
}

// SQLitePath returns the file behind a SQLite DSN, and "" when there is none.
func SQLitePath(dsn string) string {
	if dsn == ":memory:" {
		return ""
	}
	uri, isURI := strings.CutPrefix(dsn, "file:")
	if !isURI {
		return dsn
	}
	path, query, _ := strings.Cut(uri, "?")
	if q, err := url.ParseQuery(query); err == nil && (q.Get("vfs") == "memdb" || q.Get("mode") == "memory") {
		return ""
	}
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}

// Backup writes a consistent copy of a live SQLite database to file, which must not exist. Under its name the copy is
// complete and on the disk, or not there at all: what a death in the middle leaves behind ends in ".part".
func (d *DB) Backup(ctx context.Context, file string) error {
	if d.driver != SQLite {
		return fmt.Errorf("backup copies SQLite databases; use the tools of %s for this one", d.driver)
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("backup to %s: the file exists already", file)
	}
	part, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.part") // for its owner alone: it holds every password hash
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	failpoint.Reach("backup-begun")
	// VACUUM INTO runs beside writers and readers, takes an empty file, and leaves the flushing to others.
	_, err = d.pools["writer"].ExecContext(ctx, "VACUUM INTO ?", part.Name())
	if err == nil {
		err = part.Sync()
	}
	failpoint.Reach("backup-written")
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("backup to %s: %w", file, errors.Join(err, os.Remove(part.Name())))
	}
	return nil
}
