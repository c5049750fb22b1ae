package dbcopy

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/cinecircle/cinecircle/platform/database"
)

// row has a value for each column: nil, int64, bool, string, or time.Time as the database keeps it.
type row []any

// querier is a database or a snapshot to read rows from.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// read returns at most limit rows with a key greater than after, by key. A nil after starts at the beginning.
func (t table) read(ctx context.Context, from querier, after any, limit int) (rows []row, err error) {
	query, args := "SELECT "+t.names()+" FROM `"+t.name+"`", []any{}
	if after != nil {
		query, args = query+" WHERE `"+t.columns[0].DBName+"` > ?", append(args, after)
	}
	query += " ORDER BY `" + t.columns[0].DBName + "` LIMIT ?"
	found, err := from.QueryContext(ctx, query, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	defer found.Close()
	for found.Next() {
		r, err := t.scan(found)
		if err != nil {
			return nil, fmt.Errorf("read %s after %v: %w", t.name, after, err)
		}
		rows = append(rows, r)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	return rows, nil
}

// lastKey returns the greatest key, or nil if the table is empty.
func (t table) lastKey(ctx context.Context, in querier) (any, error) {
	key := table{name: t.name, columns: t.columns[:1]}
	rows, err := in.QueryContext(ctx, "SELECT "+key.names()+" FROM `"+t.name+"` ORDER BY "+key.names()+" DESC LIMIT 1")
	if err != nil {
		return nil, fmt.Errorf("read the last key of %s: %w", t.name, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	last, err := key.scan(rows)
	if err != nil {
		return nil, fmt.Errorf("read the last key of %s: %w", t.name, err)
	}
	return last[0], nil
}

// scan reads a row by the types of the model, because drivers disagree about the type of a column.
func (t table) scan(rows *sql.Rows) (row, error) {
	cells := make([]any, len(t.columns))
	for i, c := range t.columns {
		switch c.GORMDataType {
		case schema.Int:
			cells[i] = &sql.Null[int64]{}
		case schema.Bool:
			cells[i] = &sql.Null[bool]{}
		case schema.String:
			cells[i] = &sql.Null[string]{}
		case schema.Time:
			cells[i] = &sql.Null[time.Time]{}
		default:
			return nil, fmt.Errorf("column %s has the type %s, which copy does not support", c.DBName, c.GORMDataType)
		}
	}
	if err := rows.Scan(cells...); err != nil {
		return nil, err
	}
	for i, cell := range cells {
		cells[i] = value(cell)
	}
	return cells, nil
}

func value(cell any) any {
	switch c := cell.(type) {
	case *sql.Null[int64]:
		return orNil(*c)
	case *sql.Null[bool]:
		return orNil(*c)
	case *sql.Null[string]:
		return orNil(*c)
	case *sql.Null[time.Time]:
		c.V = database.Time(c.V)
		return orNil(*c)
	}
	panic(fmt.Sprintf("copy: unexpected cell %T", cell))
}

func orNil[T any](n sql.Null[T]) any {
	if !n.Valid {
		return nil
	}
	return n.V
}

// write inserts rows in statements of about statementBytes each.
func (t table) write(ctx context.Context, tx *gorm.DB, rows []row) error {
	one := ", (" + strings.Repeat("?, ", len(t.columns)-1) + "?)"
	for len(rows) > 0 {
		n := fit(rows)
		query := "INSERT INTO `" + t.name + "` (" + t.names() + ") VALUES " + strings.Repeat(one, n)[2:]
		if _, err := tx.Statement.ConnPool.ExecContext(ctx, query, slices.Concat(rows[:n]...)...); err != nil {
			return fmt.Errorf("write %s after %v: %w", t.name, rows[0][0], err)
		}
		rows = rows[n:]
	}
	return nil
}

// statementBytes is far below the default max_allowed_packet of MySQL and MariaDB, which is at least 16 MiB.
const statementBytes = 1 << 20

// fit returns how many of the rows go into one statement, at least one.
func fit(rows []row) int {
	size := 0
	for i, r := range rows {
		for _, v := range r {
			if s, ok := v.(string); ok {
				size += len(s)
			}
		}
		if size > statementBytes && i > 0 {
			return i
		}
	}
	return len(rows)
}
