//go:build cgo

package database

/*
#include <limits.h>
#include <string.h>

// These are of SQLite, see sqlite_cgo.go. The structures are those of https://sqlite.org/vtab.html, without the methods that are
// left out at their ends by version 0.
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_context sqlite3_context;
typedef struct sqlite3_value sqlite3_value;
typedef struct sqlite3_vtab { const void *module; int references; char *message; } sqlite3_vtab;
typedef struct sqlite3_vtab_cursor { sqlite3_vtab *table; } sqlite3_vtab_cursor;
typedef struct sqlite3_index_info {
	int constraints;
	const struct { int column; unsigned char operator, usable; int unused; } *constraint;
	int orders;
	const void *order;
	struct { int argument; unsigned char omit; } *usage;
	int number;
	char *text;
	int free_text, ordered;
	double cost;
	long long rows; // more follows
} sqlite3_index_info;
typedef struct sqlite3_module {
	int version;
	int (*create)(sqlite3 *, void *, int, const char *const *, sqlite3_vtab **, char **);
	int (*connect)(sqlite3 *, void *, int, const char *const *, sqlite3_vtab **, char **);
	int (*best_index)(sqlite3_vtab *, sqlite3_index_info *);
	int (*disconnect)(sqlite3_vtab *);
	int (*destroy)(sqlite3_vtab *);
	int (*open)(sqlite3_vtab *, sqlite3_vtab_cursor **);
	int (*close)(sqlite3_vtab_cursor *);
	int (*filter)(sqlite3_vtab_cursor *, int, const char *, int, sqlite3_value **);
	int (*next)(sqlite3_vtab_cursor *);
	int (*eof)(sqlite3_vtab_cursor *);
	int (*column)(sqlite3_vtab_cursor *, sqlite3_context *, int);
	int (*rowid)(sqlite3_vtab_cursor *, long long *);
	void (*others[7])(void); // that none but tables which are written to need
} sqlite3_module;
extern int sqlite3_auto_extension(void (*)(void));
extern int sqlite3_create_module(sqlite3 *, const char *, const sqlite3_module *, void *);
extern int sqlite3_declare_vtab(sqlite3 *, const char *);
extern int sqlite3_vtab_config(sqlite3 *, int, ...);
extern void *sqlite3_malloc(int);
extern void sqlite3_free(void *);
extern char *sqlite3_mprintf(const char *, ...);
extern sqlite3_value *sqlite3_value_dup(const sqlite3_value *);
extern void sqlite3_value_free(sqlite3_value *);
extern const void *sqlite3_value_blob(sqlite3_value *);
extern int sqlite3_value_bytes(sqlite3_value *);
extern long long sqlite3_value_int64(sqlite3_value *);
extern void sqlite3_result_int64(sqlite3_context *, long long);
extern void sqlite3_result_text(sqlite3_context *, const char *, int, void (*)(void *));
extern void sqlite3_result_blob(sqlite3_context *, const void *, int, void (*)(void *));
#define SQLITE_OK 0
#define SQLITE_ERROR 1
#define SQLITE_NOMEM 7
#define SQLITE_CONSTRAINT 19
#define SQLITE_INDEX_CONSTRAINT_EQ 2
#define SQLITE_VTAB_DIRECTONLY 3

// packed_rows(cells, texts, width) is a table of the values of Rows. It is a table and no function, because SQLite takes a
// statement with any function for one that may fail halfway: before the statement changes a page, it would write a copy of it to
// a temporary file (https://sqlite.org/tempfiles.html, section 2.5).
enum { most_columns = 16, cells_column = most_columns, texts_column, width_column };

struct cell {
	unsigned int kind, size;
	long long value;
};

struct packed {
	sqlite3_vtab_cursor base;
	sqlite3_value *cells, *texts;
	const char *cell, *text;
	long long size, cell_count, width, row; // row is the number of its first cell
};

static int packed_fails(sqlite3_vtab *table, const char *why) {
	sqlite3_free(table->message);
	table->message = sqlite3_mprintf("packed_rows: %s", why);
	return SQLITE_ERROR;
}

static int packed_connect(sqlite3 *db, void *unused, int count, const char *const *args, sqlite3_vtab **table, char **message) {
	int code = sqlite3_declare_vtab(db, "CREATE TABLE packed(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, "
		"cells HIDDEN, texts HIDDEN, width HIDDEN)");
	if (code == SQLITE_OK) {
		code = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	}
	if (code != SQLITE_OK) {
		return code;
	}
	if (!(*table = sqlite3_malloc(sizeof **table))) {
		return SQLITE_NOMEM;
	}
	memset(*table, 0, sizeof **table);
	return SQLITE_OK;
}

static int packed_disconnect(sqlite3_vtab *table) {
	sqlite3_free(table);
	return SQLITE_OK;
}

// packed_best_index wants all three arguments.
static int packed_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
	int given = 0;
	for (int i = 0; i < info->constraints; i++) {
		int argument = info->constraint[i].column - cells_column;
		if (argument < 0 || info->constraint[i].operator != SQLITE_INDEX_CONSTRAINT_EQ) {
			continue;
		}
		if (!info->constraint[i].usable || given & 1 << argument) {
			return SQLITE_CONSTRAINT;
		}
		given |= 1 << argument;
		info->usage[i].argument = argument + 1;
		info->usage[i].omit = 1;
	}
	info->cost = info->rows = 1000;
	return given == 7 ? SQLITE_OK : packed_fails(table, "it has three arguments");
}

static int packed_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor) {
	struct packed *p = sqlite3_malloc(sizeof *p);
	if (!p) {
		return SQLITE_NOMEM;
	}
	memset(p, 0, sizeof *p);
	*cursor = &p->base;
	return SQLITE_OK;
}

static void packed_clear(struct packed *p) {
	sqlite3_value_free(p->cells);
	sqlite3_value_free(p->texts);
	p->cells = p->texts = 0;
	p->cell_count = p->row = 0;
}

static int packed_close(sqlite3_vtab_cursor *cursor) {
	packed_clear((struct packed *)cursor);
	sqlite3_free(cursor);
	return SQLITE_OK;
}

// packed_filter keeps the arguments, which end with the call.
static int packed_filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int count, sqlite3_value **args) {
	struct packed *p = (struct packed *)cursor;
	packed_clear(p);
	p->cells = sqlite3_value_dup(args[0]);
	p->texts = sqlite3_value_dup(args[1]);
	if (!p->cells || !p->texts) {
		return SQLITE_NOMEM;
	}
	p->cell = sqlite3_value_blob(p->cells);
	p->text = sqlite3_value_blob(p->texts);
	p->size = sqlite3_value_bytes(p->texts);
	int bytes = sqlite3_value_bytes(p->cells);
	p->width = sqlite3_value_int64(args[2]);
	if (p->width < 1 || p->width > most_columns || bytes % (p->width * sizeof(struct cell)) != 0) {
		return packed_fails(cursor->table, "the cells are no rows of this width");
	}
	p->cell_count = bytes / sizeof(struct cell);
	return SQLITE_OK;
}

static int packed_next(sqlite3_vtab_cursor *cursor) {
	struct packed *p = (struct packed *)cursor;
	p->row += p->width;
	return SQLITE_OK;
}

static int packed_eof(sqlite3_vtab_cursor *cursor) {
	struct packed *p = (struct packed *)cursor;
	return p->row >= p->cell_count;
}

// packed_column returns a value. Texts stay where they are until the cursor is closed.
static int packed_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column) {
	struct packed *p = (struct packed *)cursor;
	struct cell c;
	if (column >= p->width) {
		return column < most_columns ? packed_fails(cursor->table, "the rows have no such value") : SQLITE_OK;
	}
	memcpy(&c, p->cell + (p->row + column) * sizeof c, sizeof c);
	if (c.kind == 0) { // packedInt
		sqlite3_result_int64(context, c.value);
		return SQLITE_OK;
	}
	if (c.value < 0 || c.value > p->size || c.size > p->size - c.value) {
		return packed_fails(cursor->table, "a text ends before the value");
	}
	const char *text = c.size ? p->text + c.value : "";
	if (c.kind == 2) { // packedBlob
		sqlite3_result_blob(context, text, (int)c.size, 0);
	} else {
		sqlite3_result_text(context, text, (int)c.size, 0);
	}
	return SQLITE_OK;
}

static int packed_rowid(sqlite3_vtab_cursor *cursor, long long *id) {
	*id = ((struct packed *)cursor)->row;
	return SQLITE_OK;
}

static const sqlite3_module packed_module = {
	.connect = packed_connect, .best_index = packed_best_index, .disconnect = packed_disconnect, .open = packed_open, .close = packed_close,
	.filter = packed_filter, .next = packed_next, .eof = packed_eof, .column = packed_column, .rowid = packed_rowid,
};

static int add_module(sqlite3 *db, char **message, const void *api) { return sqlite3_create_module(db, "packed_rows", &packed_module, 0); }

static int add_packed(void) { return sqlite3_auto_extension((void (*)(void))add_module); }
*/
import "C"

// packs reports whether SQLite has the table packed_rows, which reads the values of [Rows].
const packs = true

// addPacked gives the table to all connections that are opened from now on.
func addPacked() int { return int(C.add_packed()) }
