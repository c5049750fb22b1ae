package database

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// lockMigrations blocks until no other process migrates the SQLite file. MySQL uses a lock table instead, and a
// database in memory belongs to one process.
func (d *DB) lockMigrations() (io.Closer, error) {
	if d.path == "" {
		return io.NopCloser(nil), nil
	}
	f, err := os.OpenFile(d.path+".migrate", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the migration lock: %w", err)
	}
	if err := waitForFile(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("take the migration lock: %w", err)
	}
	return f, nil
}

// Lock reserves the SQLite file of dsn for one serving process, until the result is closed or the process ends.
// It returns an error when another process holds the lock. For a database in memory it does nothing.
func Lock(dsn string) (io.Closer, error) { return lockWith(dsn, lockFile) }

// LockOut is Lock for processes that do not serve: several of them may hold it together, and none while a process
// serves.
func LockOut(dsn string) (io.Closer, error) { return lockWith(dsn, shareFile) }

func lockWith(dsn string, take func(*os.File) error) (io.Closer, error) {
	path := SQLitePath(dsn)
	if path == "" {
		return io.NopCloser(nil), nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("create the folder of the database: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil { // one lock for one file, whichever path leads to it
		path = target
	}
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of %s: %w", path, err)
	}
	if err := take(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s is already served by another process", path)
	}
	return f, nil
}
