package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// The settings of the connection that writes to SQLite: a page cache, in KiB, and a write-ahead log that is copied into the
// file after so many pages. While it writes much, the log may be longer. Else its 16 MiB are four times SQLite's, and the
// cache eight times: a page that several writes change is copied once, and a shared transaction of 64 reviews fits.
const (
	plainCache      = 16 << 10
	plainCheckpoint = 4000 // of which the index of the log finds a page with one look-up (https://sqlite.org/walformat.html, section 2.3)
	bulkCache       = 6 << 10
	bulkCheckpoint  = 16 << 10
	sortCache       = 4 << 10 // the memory for sorting is as large as the cache
)

// plainSettings are the pragmas of the plain ones.
var plainSettings = []string{cacheOf(plainCache), fmt.Sprintf("wal_autocheckpoint = %d", plainCheckpoint)}

// Bulk makes large transactions faster until restore is called: they read and write each page of an index once, and not
// whenever the cache is full, foreign keys are not checked, and a commit does not wait for the disk. After a power failure
// the latest transactions may be missing, as if they had never run; restore waits for the disk. It takes some 8 MiB of
// memory. It is for programs that write alone, and refer only to rows that they have stored or read in the same
// transaction. On MySQL it does nothing.
func (d *DB) Bulk(ctx context.Context) (restore func() error, err error) {
	if d.group == nil {
		return func() error { return nil }, nil
	}
	restore = func() error {
		return d.set(context.WithoutCancel(ctx), append(slices.Clone(plainSettings), "foreign_keys = ON", "synchronous = FULL", "wal_checkpoint(PASSIVE)")...)
	}
	if err := d.set(ctx, cacheOf(bulkCache), fmt.Sprintf("wal_autocheckpoint = %d", bulkCheckpoint),
		"foreign_keys = OFF", "synchronous = NORMAL"); err != nil {
		return nil, errors.Join(err, restore())
	}
	return restore, nil
}

// cacheOf is the pragma for a page cache of some KiB.
func cacheOf(kib int) string { return fmt.Sprintf("cache_size = -%d", kib) }

// set runs pragmas on the connection that writes to SQLite.
func (d *DB) set(ctx context.Context, pragmas ...string) error {
	return d.Alone(ctx, func(c *sql.Conn) error { return set(ctx, c, pragmas...) })
}

func set(ctx context.Context, c *sql.Conn, pragmas ...string) error {
	for _, pragma := range pragmas {
		if _, err := c.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return fmt.Errorf("PRAGMA %s: %w", pragma, err)
		}
	}
	return nil
}
