//go:build cgo

package database

/*
#include <stddef.h>

// These are of SQLite, see sqlite_cgo.go.
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_context sqlite3_context;
typedef struct sqlite3_value sqlite3_value;
extern int sqlite3_auto_extension(void (*)(void));
extern int sqlite3_create_function(sqlite3 *, const char *, int, int, void *, void (*)(sqlite3_context *, int, sqlite3_value **),
	void (*)(sqlite3_context *, int, sqlite3_value **), void (*)(sqlite3_context *));
extern sqlite3 *sqlite3_context_db_handle(sqlite3_context *);
extern void sqlite3_result_int64(sqlite3_context *, long long);
extern int sqlite3_file_control(sqlite3 *, const char *, int, void *);
extern int sqlite3_db_status(sqlite3 *, int, int *, int *, int);
#define SQLITE_UTF8 1
#define SQLITE_DIRECTONLY 0x80000
#define SQLITE_FCNTL_FILE_POINTER 7
#define SQLITE_DBSTATUS_CACHE_WRITE 9

// The begin of https://sqlite.org/c3ref/io_methods.html.
typedef struct {
	int version;
	void (*others[12])(void);
	int (*shm_map)(void *file, int region, int size, int extend, void volatile **);
} io_methods;
typedef struct { const io_methods *methods; } sqlite3_file;

// connection_handle returns the address of the connection, which the driver does not tell.
static void connection_handle(sqlite3_context *context, int count, sqlite3_value **args) {
	sqlite3_result_int64(context, (long long)(size_t)sqlite3_context_db_handle(context));
}

static int add_handle(sqlite3 *db, char **message, const void *api) {
	return sqlite3_create_function(db, "connection_handle", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, 0, connection_handle, 0, 0);
}

static int add_watch(void) { return sqlite3_auto_extension((void (*)(void))add_handle); }

// wal_index returns the first region of the index of the write-ahead log, which the connection has mapped, or 0.
static void *wal_index(long long handle) {
	sqlite3_file *file = 0;
	void volatile *region = 0;
	if (sqlite3_file_control((sqlite3 *)(size_t)handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) || !file || !file->methods ||
		file->methods->version < 2 || !file->methods->shm_map || file->methods->shm_map(file, 0, 32768, 0, &region))
		return 0;
	return (void *)region;
}

// pages_written returns how many pages the connection has written to the write-ahead log.
static int pages_written(long long handle) {
	int current = 0, highest;
	return sqlite3_db_status((sqlite3 *)(size_t)handle, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 0) ? 0 : current;
}
*/
import "C"

import (
	"context"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// addWatch gives all connections that are opened from now on the function that [writer.mapIndex] calls.
func addWatch() int { return int(C.add_watch()) }

// mapIndex returns the index of the write-ahead log, which stays mapped until the connection is closed. The log must be in use.
func (w *writer) mapIndex(ctx context.Context) (*walIndex, error) {
	var version int64 // whoever reads it opens the log
	if err := w.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return nil, fmt.Errorf("open the write-ahead log: %w", err)
	}
	if err := w.conn.QueryRowContext(ctx, "SELECT connection_handle()").Scan(&w.handle); err != nil {
		return nil, fmt.Errorf("find the connection: %w", err)
	}
	return (*walIndex)(C.wal_index(C.longlong(w.handle))), nil
}

// pagesWritten returns how many pages the connection has written to the write-ahead log.
func (w *writer) pagesWritten() int { return int(C.pages_written(C.longlong(w.handle))) }

// authorize has the connection tell what each statement writes when it is compiled.
func (w *writer) authorize() error {
	return w.conn.Raw(func(conn any) error {
		conn.(*sqlite3.SQLiteConn).RegisterAuthorizer(func(action int, table, column, _ string) int {
			if w.watch.touches(action, table, column) {
				w.touched, w.compiledTouch = true, true
			}
			return sqlite3.SQLITE_OK
		})
		return nil
	})
}

func newWatch() *watch { return &watch{} }
