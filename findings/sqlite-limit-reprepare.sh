#!/usr/bin/env bash
# SQLite 3.54.1, as github.com/mattn/go-sqlite3 v1.14.53 compiles it.
#
# A prepared statement is compiled again when another LIMIT is bound, and each time that the right side of GLOB is bound, if
# the placeholder stands there alone. The documentation of sqlite3_prepare_v2 speaks of values in the WHERE clause that may
# change the plan; a LIMIT is none. So a program that prepares `LIMIT ?` once pays for the compiler whenever the size of
# the page changes. `LIMIT ? + 0` and `GLOB (? || '')` are compiled once.
source "$(dirname "$0")/lib.sh"
module=github.com/mattn/go-sqlite3@v1.14.53
cat >go.mod <<'MOD'
module finding
go 1.26
MOD
folder=$(GOFLAGS=-mod=mod go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
export CGO_ENABLED=1 CGO_CFLAGS="-O1 -I$folder"
got=$(go_run "$module" <<'GO'
package main

/*
#include <sqlite3-binding.h>

// recompiled returns how often a statement was compiled again in ten uses, each with a value bound anew.
static int recompiled(const char *query, int text) {
	sqlite3 *db;
	sqlite3_stmt *s;
	sqlite3_open(":memory:", &db);
	sqlite3_exec(db, "CREATE TABLE films (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO films (title) VALUES ('A'), ('B')", 0, 0, 0);
	sqlite3_prepare_v2(db, query, -1, &s, 0);
	for (int i = 0; i < 10; i++) {
		if (text) sqlite3_bind_text(s, 1, "A*", -1, SQLITE_STATIC); else sqlite3_bind_int(s, 1, 20 + i);
		while (sqlite3_step(s) == SQLITE_ROW) {}
		sqlite3_reset(s);
	}
	int n = sqlite3_stmt_status(s, SQLITE_STMTSTATUS_REPREPARE, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}
*/
import "C"

import (
	"fmt"

	"github.com/mattn/go-sqlite3"
)

func main() {
	version, _, _ := sqlite3.Version()
	fmt.Println("SQLite", version)
	for _, end := range []string{"ORDER BY id LIMIT ?", "ORDER BY id LIMIT ? + 0", "WHERE title GLOB ?", "WHERE title GLOB (? || '')", "WHERE id > ?"} {
		text := C.int(0)
		if end[:7] == "WHERE t" {
			text = 1
		}
		fmt.Printf("%s: %d\n", end, C.recompiled(C.CString("SELECT title FROM films "+end), text))
	}
}
GO
)
expect "SQLite 3.54.1
ORDER BY id LIMIT ?: 10
ORDER BY id LIMIT ? + 0: 0
WHERE title GLOB ?: 10
WHERE title GLOB (? || ''): 0
WHERE id > ?: 0" "$got"
