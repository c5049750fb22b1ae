//go:build cgo

package database

/*
#include <string.h>

// These are of SQLite, see sqlite_cgo.go.
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_context sqlite3_context;
typedef struct sqlite3_value sqlite3_value;
extern int sqlite3_auto_extension(void (*)(void));
extern int sqlite3_create_function(sqlite3 *, const char *, int, int, void *, void (*)(sqlite3_context *, int, sqlite3_value **),
	void (*)(sqlite3_context *, int, sqlite3_value **), void (*)(sqlite3_context *));
extern const void *sqlite3_value_blob(sqlite3_value *);
extern int sqlite3_value_bytes(sqlite3_value *);
extern long long sqlite3_value_int64(sqlite3_value *);
extern void sqlite3_result_int64(sqlite3_context *, long long);
extern void sqlite3_result_text(sqlite3_context *, const char *, int, void (*)(void *));
extern void sqlite3_result_blob(sqlite3_context *, const void *, int, void (*)(void *));
extern void sqlite3_result_error(sqlite3_context *, const char *, int);
#define SQLITE_UTF8 1
#define SQLITE_DIRECTONLY 0x80000

struct cell {
	unsigned int kind, size;
	long long value;
};

// packed_value returns a value of Rows: its cells, its texts, and the number of the value. The texts are a parameter of the
// statement, which stays as it is while the statement runs, so that they need no copy.
static void packed_value(sqlite3_context *context, int count, sqlite3_value **args) {
	const char *cells = sqlite3_value_blob(args[0]), *texts = sqlite3_value_blob(args[1]);
	long long i = sqlite3_value_int64(args[2]), size = sqlite3_value_bytes(args[1]);
	struct cell c;
	if (!cells || i < 0 || i >= sqlite3_value_bytes(args[0]) / (int)sizeof c) {
		sqlite3_result_error(context, "packed_value: no such value", -1);
		return;
	}
	memcpy(&c, cells + i * sizeof c, sizeof c);
	if (c.kind == 0) { // packedInt
		sqlite3_result_int64(context, c.value);
	} else if (c.value < 0 || c.value > size || c.size > size - c.value) {
		sqlite3_result_error(context, "packed_value: the text ends before the value", -1);
	} else if (c.kind == 2) { // packedBlob
		sqlite3_result_blob(context, c.size ? texts + c.value : "", (int)c.size, 0);
	} else {
		sqlite3_result_text(context, c.size ? texts + c.value : "", (int)c.size, 0);
	}
}

static int add_functions(sqlite3 *db, char **message, const void *api) {
	return sqlite3_create_function(db, "packed_value", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, 0, packed_value, 0, 0);
}

static int add_packed(void) { return sqlite3_auto_extension((void (*)(void))add_functions); }
*/
import "C"

// packs reports whether SQLite has the function packed_value, which reads the values of [Rows].
const packs = true

// addPacked gives the function to all connections that are opened from now on.
func addPacked() int { return int(C.add_packed()) }
