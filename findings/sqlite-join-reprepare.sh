#!/usr/bin/env bash
# SQLite 3.54.1, as github.com/mattn/go-sqlite3 v1.14.53 compiles it.
#
# Since SQLite 3.54 the plan of a join with `column = ?` depends on whether the value is 0 or 1, and sqlite3_clear_bindings
# makes SQLite compile such a statement again, whatever is bound then. The driver clears the bindings before each use of a
# prepared statement, so a prepared join is compiled every time that it runs, which takes longer than to look up a few rows.
# SQLITE_DBCONFIG_ENABLE_QPSG prevents it, and so does `column = +?`.
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

// recompiled returns how often a statement was compiled again in ten uses, each with other values.
static int recompiled(const char *query, int clear, int stable) {
	sqlite3 *db;
	sqlite3_stmt *s;
	sqlite3_open(":memory:", &db);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, stable, (int *)0);
	sqlite3_exec(db, "CREATE TABLE films (id INTEGER PRIMARY KEY, title TEXT);"
		"CREATE TABLE ratings (id INTEGER PRIMARY KEY, film INTEGER, member INTEGER, stars INTEGER);"
		"CREATE UNIQUE INDEX pair ON ratings (film, member)", 0, 0, 0);
	sqlite3_prepare_v2(db, query, -1, &s, 0);
	for (int i = 0; i < 10; i++) {
		for (int k = 1; k <= sqlite3_bind_parameter_count(s); k++) sqlite3_bind_int(s, k, 20 + i + k);
		while (sqlite3_step(s) == SQLITE_ROW) {}
		sqlite3_reset(s);
		if (clear) sqlite3_clear_bindings(s);
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

const join = "SELECT title, stars FROM films LEFT JOIN ratings ON ratings.film = films.id AND ratings.member = %[1]s WHERE films.id = %[1]s"

func main() {
	version, _, _ := sqlite3.Version()
	fmt.Println("SQLite", version)
	for _, c := range []struct {
		what, query   string
		clear, stable C.int
	}{
		{"one table", "SELECT title FROM films WHERE id = ?", 1, 0},
		{"a join", fmt.Sprintf(join, "?"), 1, 0},
		{"a join, not cleared", fmt.Sprintf(join, "?"), 0, 0},
		{"a join with +?", fmt.Sprintf(join, "+?"), 1, 0},
		{"a join with QPSG", fmt.Sprintf(join, "?"), 1, 1},
	} {
		fmt.Printf("%s: %d\n", c.what, C.recompiled(C.CString(c.query), c.clear, c.stable))
	}
}
GO
)
expect "SQLite 3.54.1
one table: 0
a join: 9
a join, not cleared: 0
a join with +?: 0
a join with QPSG: 0" "$got"
