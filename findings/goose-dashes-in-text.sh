#!/usr/bin/env bash
# github.com/pressly/goose/v3 v3.30.0, with modernc.org/sqlite v1.61.1.
#
# Goose ends a statement of an SQL migration at a line that ends in a semicolon, comments aside, and takes a word that begins
# with `--` for a comment within quotes too. A statement that inserts such a text goes on to the next semicolon that goose
# sees: two statements are sent as one, which hides where the driver takes several at once, and at the end of the file the
# migration is refused for want of a semicolon that is there. A semicolon on a line of its own helps, as do StatementBegin
# and StatementEnd.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/pressly/goose/v3@v3.30.0 modernc.org/sqlite@v1.61.1 <<'GO'
package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite"
)

func main() {
	const insert = "INSERT INTO films VALUES ('Alien -- the return')"
	for _, c := range [][2]string{
		{"last statement", insert + ";"},
		{"before another", insert + ";\nDELETE FROM films WHERE title = '';"},
		{"semicolon on its own line", insert + "\n;"},
		{"StatementBegin and StatementEnd", "-- +goose StatementBegin\n" + insert + ";\n-- +goose StatementEnd"},
	} {
		db, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			panic(err)
		}
		db.SetMaxOpenConns(1)
		file := "-- +goose Up\nCREATE TABLE films (title TEXT);\n" + c[1] + "\n"
		p, err := goose.NewProvider(goose.DialectSQLite3, db, fstest.MapFS{"00001_films.sql": {Data: []byte(file)}})
		if err != nil {
			panic(err)
		}
		_, err = p.Up(context.Background())
		refused := err != nil && strings.Contains(err.Error(), "missing semicolon?")
		fmt.Println(c[0], "| refused for want of a semicolon:", refused, "| other error:", err != nil && !refused)
	}
}
GO
)
expect 'last statement | refused for want of a semicolon: true | other error: false
before another | refused for want of a semicolon: false | other error: false
semicolon on its own line | refused for want of a semicolon: false | other error: false
StatementBegin and StatementEnd | refused for want of a semicolon: false | other error: false' "$got"
