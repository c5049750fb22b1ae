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

// sqliteDialector is GORM's dialector, which understands the errors of both drivers.
type sqliteDialector struct {
	sqlite.Dialector
	unwritable *atomic.Bool // of the DB that owns it
}

// The extended result codes that have a name in GORM (https://www.sqlite.org/rescode.html).
const (
	sqliteConstraintForeignKey = 787
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

// Translate turns constraint errors into GORM's and disk faults into apperr.ErrUnavailable. The method that it
// replaces understands only the errors of mattn's driver.
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

// The primary result codes of a lock that another connection holds, and of a full or failing disk.
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteIOError  = 10
	sqliteFull     = 13
	sqliteCantOpen = 14
)

// ErrNotADatabase is the error of Open for a file that SQLite cannot read.
var ErrNotADatabase = errors.New("the file is damaged or not a database")

// The primary result codes of such a file.
const (
	sqliteCorrupt      = 11
	sqliteNotADatabase = 26
)

func isDiskFault(err error) bool {
	switch sqliteCode(err) & 0xff { // the low byte of an extended result code is the primary one
	case sqliteIOError, sqliteFull, sqliteCantOpen:
		return true
	}
	return false
}

// isLocked reports whether another connection holds a lock that err is about.
func isLocked(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqliteBusy, sqliteLocked:
		return true
	}
	return false
}

// checkDisk tests whether the file is writable again after a disk fault. It rewrites user_version with the same value.
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
	d := &DB{driver: SQLite, path: SQLitePath(c.DSN), pools: map[string]*sql.DB{}}
	// One connection writes. The other one migrates and backs up.
	if d.writer, err = d.openSQLitePool(ctx, c, "writer", uri+sqliteParams(true), 2); err != nil {
		return nil, err
	}
	if d.path != "" {
		d.watch = newWatch()
	}
	d.group = &group{conn: &writer{pool: d.pools["writer"], watch: d.watch}, batchTime: maxBatchTime, lockTimeout: maxLockTime}
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
		if code := sqliteCode(err) & 0xff; code == sqliteNotADatabase || code == sqliteCorrupt {
			err = fmt.Errorf("%w: %w", ErrNotADatabase, err)
		}
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	// The writer keeps its prepared statements itself.
	g, err := open(sqliteDialector{sqlite.Dialector{Conn: pool, DriverName: sqliteDriver}, &d.unwritable}, c, name == "reader")
	if err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open %s: %w", c.DSN, err)
	}
	d.pools[name] = pool
	return g, nil
}

// checkPragmas reads back the settings in the DSN, because both drivers ignore unknown parameters.
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

var memoryCount atomic.Int64 // numbers the names of databases in memory

// sqliteURI returns dsn as a file: URI to which the caller appends parameters. It creates a missing folder.
// ":memory:" becomes a new database that all connections of one Open share.
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
		return "", fmt.Errorf("create the folder of the database: %w", err)
	}
	return "file:" + (&url.URL{Path: dsn}).EscapedPath() + "?", nil
}

// makePrivate creates a missing database file with mode 0600. SQLite would make it readable by all users. Its
// write-ahead log gets the mode of the file.
func makePrivate(dsn string) error {
	path := SQLitePath(dsn)
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create the database file: %w", err)
	}
	return f.Close()
}

// SQLitePath returns the file of a SQLite DSN, and "" for a database in memory.
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

// Backup writes a consistent copy of a live SQLite database to file, which must not exist. The copy gets its name
// when it is complete and flushed to disk. An interrupted backup leaves a file that ends in ".part".
func (d *DB) Backup(ctx context.Context, file string) error {
	if d.driver != SQLite {
		return fmt.Errorf("backup supports SQLite only; use the tools of %s for this database", d.driver)
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("backup to %s: the file already exists", file)
	}
	part, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.part") // with mode 0600, because it contains the password hashes
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	failpoint.Reach("backup-begun")
	// VACUUM INTO does not block writers or readers, accepts an empty file, and does not flush it.
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
