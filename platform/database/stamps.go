package database

import (
	"context"
	"fmt"
	"time"
)

// Stamp is the id of a row and the time of its last edit.
type Stamp struct {
	ID        int64
	UpdatedAt time.Time
}

// Stamps returns the rows of a table with ids above after and up to last, in ascending order of their ids. The table has
// a column updated_at. where is a further condition with its arguments, "" for none.
func (d *DB) Stamps(ctx context.Context, table string, after, last int64, where string, args ...any) ([]Stamp, error) {
	var rows []Stamp
	q := d.Reader(ctx).Table(table).Select("id", "updated_at").Where("id > ? AND id <= ?", after, last).Order("id")
	if where != "" {
		q = q.Where(where, args...)
	}
	err := q.Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list rows %d to %d of %s: %w", after, last, table, err)
	}
	return rows, nil
}

// LastID returns the largest id in a table, or 0 if it is empty.
func (d *DB) LastID(ctx context.Context, table string) (int64, error) {
	var id int64
	if err := d.Row(ctx, "SELECT COALESCE(MAX(id), 0) FROM "+table).Scan(&id); err != nil {
		return 0, fmt.Errorf("read the largest id of %s: %w", table, err)
	}
	return id, nil
}
