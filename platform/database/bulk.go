package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// The settings of the connection that writes to SQLite while it writes much: a page cache that holds most of the indexes of
// a catalogue, in KiB, and a write-ahead log that is copied into the file after so many pages. The others are SQLite's.
const (
	bulkCache       = 8 << 10
	bulkCheckpoint  = 16 << 10
	plainCache      = 2000
	plainCheckpoint = 1000
)

// Bulk makes large transactions faster until restore is called: they read and write each page of an index once, and not
// whenever the cache is full, foreign keys are not checked, and a commit does not wait for the disk. After a power failure
// the latest transactions may be missing, as if they had never run; restore waits for the disk. It takes some 16 MiB of
// memory. It is for programs that write alone, and refer only to rows that they have stored or read in the same
// transaction. On MySQL it does nothing.
func (d *DB) Bulk(ctx context.Context) (restore func() error, err error) {
	if d.group == nil {
		return func() error { return nil }, nil
	}
	restore = func() error {
		return d.set(context.WithoutCancel(ctx), fmt.Sprintf("cache_size = -%d", plainCache), fmt.Sprintf("wal_autocheckpoint = %d", plainCheckpoint),
			"foreign_keys = ON", "synchronous = FULL", "wal_checkpoint(PASSIVE)")
	}
	if err := d.set(ctx, fmt.Sprintf("cache_size = -%d", bulkCache), fmt.Sprintf("wal_autocheckpoint = %d", bulkCheckpoint),
		"foreign_keys = OFF", "synchronous = NORMAL"); err != nil {
		return nil, errors.Join(err, restore())
	}
	return restore, nil
}

// set runs pragmas on the connection that writes to SQLite.
func (d *DB) set(ctx context.Context, pragmas ...string) error {
	return d.Alone(ctx, func(c *sql.Conn) error {
		for _, pragma := range pragmas {
			if _, err := c.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
				return fmt.Errorf("PRAGMA %s: %w", pragma, err)
			}
		}
		return nil
	})
}
