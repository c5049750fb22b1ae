package notify

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Delivering and sweeping ask the same few questions all the time, so they go past GORM's reflection, by
// the prepared statements that it keeps.

// each calls fn with every row of a query.
func (s *Service) each(ctx context.Context, query string, args []any, fn func(*sql.Rows) error) (err error) {
	db := s.DB.Reader(ctx)
	rows, err := db.Statement.ConnPool.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// places returns the placeholders of a list of n, "(?,?)", of which there are as many as in the next
// power of two: so few different statements are prepared, and not one for every number of sockets.
func places(n int) string {
	return "(?" + strings.Repeat(",?", ceil2(n)-1) + ")"
}

// arguments returns ids for places, the last one repeated.
func arguments(ids []int64) []any {
	args := make([]any, ceil2(len(ids)))
	for i := range args {
		if i < len(ids) {
			args[i] = ids[i]
		} else {
			args[i] = args[i-1]
		}
	}
	return args
}

// ceil2 returns the next power of two.
func ceil2(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}
