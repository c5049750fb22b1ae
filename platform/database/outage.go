package database

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// retryAfter is what a client is told while the database is down.
const retryAfter = 5 * time.Second

// mysqlDialector is GORM's, which also tells a server that is down from a query that is wrong.
type mysqlDialector struct{ *gormmysql.Dialector }

// Translate implements [gorm.ErrorTranslator].
func (d mysqlDialector) Translate(err error) error { return unavailable(d.Dialector.Translate(err)) }

// unavailable wraps err, so that it becomes a 503, when it says that the database is down;
// it stays what it is besides. Any other error is returned as it is.
func unavailable(err error) error {
	if err == nil || errors.Is(err, apperr.ErrUnavailable) || !isOutage(err) {
		return err
	}
	return fmt.Errorf("%w: %w", apperr.ErrUnavailable.After(retryAfter), err)
}

// isOutage knows connections that broke, a disk that is full or gone, and what a server says that is
// starting, stopping, full or has become a replica (https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html).
func isOutage(err error) bool {
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		switch my.Number {
		case 1021, // disk full
			1040, // too many connections
			1053, // server shutdown in progress
			1114, // the table is full: the disk is
			1290, // running with --read-only
			1317, // query interrupted
			1792, // in a read-only transaction
			1836, // in read-only mode
			1927, // connection was killed (MariaDB)
			3168: // server is not available
			return true
		}
		return false
	}
	if errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, driver.ErrBadConn) || isDiskFault(err) {
		return true
	}
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}

// Scanner is a row of [Each].
type Scanner interface{ Scan(dest ...any) error }

// Each calls fn with every row of a query, by prepared statements and without GORM's reflection. What fn
// scans into sql.RawBytes is valid until it returns.
func Each(db *gorm.DB, query string, args []any, fn func(row Scanner) error) error {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err != nil {
		return unavailable(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return unavailable(err)
		}
	}
	return unavailable(rows.Err())
}
