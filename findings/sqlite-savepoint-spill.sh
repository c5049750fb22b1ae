#!/usr/bin/env bash
# SQLite 3.54.1, as github.com/mattn/go-sqlite3 v1.14.53 compiles it, on Linux.
#
# SQLITE_CONFIG_STMTJRNL_SPILL says how many bytes of a savepoint stay in memory, 64 KiB by default. What a larger savepoint had
# there is written in one piece, and the function that writes takes 17 bits of the length: with 256 KiB, a savepoint that
# outgrows it ends in "database or disk is full" on an empty disk. The documentation names no limit.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/mattn/go-sqlite3@v1.14.53 <<'GO'
package main

/*
extern int sqlite3_config(int, ...);
#define SQLITE_CONFIG_STMTJRNL_SPILL 26

static int spill(int bytes) { return sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, bytes); }
*/
import "C"

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	if len(os.Args) == 1 { // sqlite3_config is called before anything else, so each value needs a process
		for _, kib := range []string{"64", "127", "256", "1024"} {
			out, err := exec.Command(os.Args[0], kib).CombinedOutput()
			fmt.Print(kib, " KiB: ", string(out))
			if err != nil {
				fmt.Println(err)
			}
		}
		return
	}
	kib, _ := strconv.Atoi(os.Args[1])
	if code := C.spill(C.int(kib << 10)); code != 0 {
		panic(code)
	}
	db, err := sql.Open("sqlite3", "films.db")
	if err != nil {
		panic(err)
	}
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"DROP TABLE IF EXISTS films", "CREATE TABLE films (plot BLOB)", "BEGIN",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO films SELECT zeroblob(4000) FROM n",
		"SAVEPOINT one", "UPDATE films SET plot = randomblob(4000)", "COMMIT",
	} {
		if _, err := db.Exec(statement); err != nil {
			fmt.Println(statement, "->", err)
			return
		}
	}
	fmt.Println("committed")
}
GO
)
expect '64 KiB: committed
127 KiB: committed
256 KiB: UPDATE films SET plot = randomblob(4000) -> database or disk is full
1024 KiB: UPDATE films SET plot = randomblob(4000) -> database or disk is full' "$got"
