//go:build cgo

package database

import (
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

const (
	sqliteDriver      = "sqlite3"
	busyTimeoutMillis = 10_000
)

// sqliteParams returns the DSN parameters of github.com/mattn/go-sqlite3.
func sqliteParams(write bool) string {
	common := fmt.Sprintf("_foreign_keys=1&_busy_timeout=%d&_journal_mode=WAL&_synchronous=FULL", busyTimeoutMillis)
	if write {
		return common + "&_txlock=immediate"
	}
	return common + "&_query_only=1"
}

// sqliteCode returns the extended result code of a SQLite error, and 0 for other errors.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return int(e.ExtendedCode)
	}
	return 0
}
