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
	bulkCache       = 16 << 10
	bulkCheckpoint  = 16 << 10
	plainCache      = 2000
	plainCheckpoint = 1000
)

// Bulk makes large transactions faster until restore is called: they read and write each page of an index once, and not
// whenever the cache is full. It takes some 16 MiB of memory. It is for programs that write alone. On MySQL it does nothing.
func (d *DB) Bulk(ctx context.Context) (restore func() error, err error) {
	if d.group == nil {
		return func() error { return nil }, nil
	}
	set := func(ctx context.Context, cache, checkpoint int) error {
		return d.Alone(ctx, func(c *sql.Conn) error {
			for _, pragma := range []string{fmt.Sprintf("PRAGMA cache_size = -%d", cache), fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", checkpoint)} {
				if _, err := c.ExecContext(ctx, pragma); err != nil {
					return fmt.Errorf("%s: %w", pragma, err)
				}
			}
			return nil
		})
	}
	restore = func() error { return set(context.WithoutCancel(ctx), plainCache, plainCheckpoint) }
	if err := set(ctx, bulkCache, bulkCheckpoint); err != nil {
		return nil, errors.Join(err, restore())
	}
	return restore, nil
}
