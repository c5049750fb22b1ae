package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"gorm.io/gorm"
)

// rowQuerier is a connection or a transaction of database/sql or GORM.
type rowQuerier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// mysqlNextID matches the table option in the output of SHOW CREATE TABLE. The number in information_schema is
// cached for up to a day on MySQL 8.
var mysqlNextID = regexp.MustCompile(`(?m)^\) .*\bAUTO_INCREMENT=(\d+)`)

func lastID(ctx context.Context, driver string, db rowQuerier, table string) (last int64, err error) {
	if driver == SQLite {
		err = db.QueryRowContext(ctx, "SELECT seq FROM sqlite_sequence WHERE name = ?", table).Scan(&last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, fmt.Errorf("read the last id of %s: %w", table, err)
		}
		return last, nil
	}
	var name, definition string
	if err := db.QueryRowContext(ctx, "SHOW CREATE TABLE `"+table+"`").Scan(&name, &definition); err != nil {
		return 0, fmt.Errorf("read the last id of %s: %w", table, err)
	}
	found := mysqlNextID.FindStringSubmatch(definition)
	if found == nil {
		return 0, nil
	}
	next, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the last id of %s: %w", table, err)
	}
	return next - 1, nil
}

// ContinueAfter makes the ids of new rows of table greater than id, which is 0 or a result of
// [Snapshot.LastID]. It never lowers the next id of a table.
func (d *DB) ContinueAfter(ctx context.Context, table string, id int64) error {
	last, err := lastID(ctx, d.driver, d.Reader(ctx).Statement.ConnPool, table)
	if err != nil || last >= id {
		return err
	}
	err = d.Tx(ctx, func(tx *gorm.DB) error {
		if d.driver == MySQL {
			return tx.Exec(fmt.Sprintf("ALTER TABLE `%s` AUTO_INCREMENT = %d", table, id+1)).Error
		}
		set := tx.Exec("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", id, table)
		if set.Error != nil || set.RowsAffected > 0 {
			return set.Error
		}
		return tx.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, id).Error
	})
	if err != nil {
		return fmt.Errorf("continue the ids of %s after %d: %w", table, id, err)
	}
	return nil
}
