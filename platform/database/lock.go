package database

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// lockMigrations waits until no other process migrates the database. On MySQL a table is the lock, and in
// memory nobody else is there.
func (d *DB) lockMigrations() (io.Closer, error) {
	if d.path == "" {
		return io.NopCloser(nil), nil
	}
	f, err := os.OpenFile(d.path+".migrate", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the migrations: %w", err)
	}
	if err := waitForFile(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("lock the migrations: %w", err)
	}
	return f, nil
}

// Lock claims the SQLite file behind dsn for one serving process until the result is closed or
// the process ends. It fails when another process serves it. A database that is not a file needs
// no lock.
func Lock(dsn string) (io.Closer, error) {
	path := SQLitePath(dsn)
	if path == "" {
		return io.NopCloser(nil), nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil { // one file, whatever it is called
		path = target
	}
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of %s: %w", path, err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s is served by another process already", path)
	}
	return f, nil
}
