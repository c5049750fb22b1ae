//go:build cgo

package database

/*
#cgo darwin LDFLAGS: -Wl,-undefined,dynamic_lookup

// These are of SQLite, which github.com/mattn/go-sqlite3 compiles into the program.
typedef struct sqlite3 sqlite3;
extern int sqlite3_auto_extension(void (*)(void));
extern int sqlite3_config(int, ...);
extern int sqlite3_db_config(sqlite3 *, int, ...);
#define SQLITE_CONFIG_STMTJRNL_SPILL 26
#define SQLITE_DBCONFIG_ENABLE_QPSG 1007

static int stable_plans(sqlite3 *db, char **message, const void *api) {
	return sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, (int *)0);
}

static int configure(void) {
	int code = sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, (1 << 17) - 1); // before SQLite is initialized
	return code ? code : sqlite3_auto_extension((void (*)(void))stable_plans);
}
*/
import "C"

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// Connections do not plan by the values that are bound
// (https://sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigenableqpsg). Otherwise SQLite compiles a prepared join each
// time that it runs, which takes 5 to 60 µs, because this driver unbinds all values before it binds others
// (findings/sqlite-join-reprepare.sh). modernc.org/sqlite keeps them.
//
// In a savepoint, which each further member of a shared transaction has, SQLite keeps a copy of every page before it
// changes. Beyond 64 KiB, 16 pages, it writes them to a new temporary file (https://sqlite.org/tempfiles.html, section 3).
// A review changes 25 pages. Now that is beyond 31 pages, by sqlite3_config
// (https://sqlite.org/c3ref/c_config_covering_index_scan.html). More is not possible: SQLite writes what it had in memory
// at once, and its write of a file takes the lowest 17 bits of a length, so that 128 KiB are 0 bytes, and the disk seems to
// be full.
var _ = func() int {
	if code := cmp.Or(int(C.configure()), addPacked(), addWatch()); code != 0 {
		panic(fmt.Sprintf("database: SQLite refuses to be configured: %d", code))
	}
	return 0
}()

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
