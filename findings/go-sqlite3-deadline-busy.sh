#!/usr/bin/env bash
# github.com/mattn/go-sqlite3 v1.14.53 and modernc.org/sqlite v1.61.1, through database/sql.
#
# With mattn's driver a statement that waits for another connection's write lock does not end at the deadline of its
# context but when the busy timeout does; with modernc's it ends at the deadline.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/mattn/go-sqlite3@v1.14.53 modernc.org/sqlite@v1.61.1 <<'GO'
package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"
)

func main() {
	for _, driver := range []string{"sqlite3", "sqlite"} {
		file, dsn := driver+".db", "file:"+driver+".db?_busy_timeout=3000"
		if driver == "sqlite" {
			dsn = "file:" + file + "?_pragma=busy_timeout(3000)"
		}
		holder, err := sql.Open(driver, dsn)
		if err != nil {
			panic(err)
		}
		ctx := context.Background()
		lock, err := holder.Conn(ctx)
		if err != nil {
			panic(err)
		}
		for _, s := range []string{"CREATE TABLE t (n INTEGER)", "BEGIN IMMEDIATE"} {
			if _, err := lock.ExecContext(ctx, s); err != nil {
				panic(err)
			}
		}
		waiter, err := sql.Open(driver, dsn)
		if err != nil {
			panic(err)
		}
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		begin := time.Now()
		_, err = waiter.ExecContext(short, "INSERT INTO t VALUES (1)")
		took := time.Since(begin)
		cancel()
		fmt.Printf("%s: deadline 0.3 s, ended with an error %t, after the busy timeout of 3 s %t\n",
			driver, err != nil, took > 2500*time.Millisecond)
	}
}
GO
)
expect 'sqlite3: deadline 0.3 s, ended with an error true, after the busy timeout of 3 s true
sqlite: deadline 0.3 s, ended with an error true, after the busy timeout of 3 s false' "$got"
