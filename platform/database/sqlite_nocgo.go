//go:build !cgo

package database

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

const (
	sqliteDriver      = "sqlite"
	busyTimeoutMillis = 10_000
)

// sqliteParams returns the DSN parameters of modernc.org/sqlite. The other driver could not
// read the default time format of this one.
func sqliteParams(write bool) string {
	common := fmt.Sprintf("_pragma=busy_timeout(%d)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(FULL)&_time_format=sqlite", busyTimeoutMillis)
	if write {
		return common + "&_txlock=immediate"
	}
	return common + "&_pragma=query_only(1)"
}

// sqliteCode returns the extended result code of a SQLite error, and 0 for other errors.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// packs reports whether SQLite has the table packed_rows, which reads the values of [Rows].
const packs = false
