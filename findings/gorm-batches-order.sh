#!/usr/bin/env bash
# gorm.io/gorm v1.31.2, gorm.io/driver/sqlite v1.6.0 (SQLite through mattn/go-sqlite3 v1.14.53).
#
# FindInBatches goes on behind the primary key of the last row, and keeps an Order of the caller, which then stands before its
# own by primary key. So with any other order, rows are left out and others come twice, and there is no error: of six films
# by title, three come, two of them the same.
source "$(dirname "$0")/lib.sh"
got=$(go_run gorm.io/gorm@v1.31.2 gorm.io/driver/sqlite@v1.6.0 github.com/mattn/go-sqlite3@v1.14.53 <<'GO'
package main

import (
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

type Film struct {
	ID    uint
	Title string
}

func main() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	if err := db.AutoMigrate(&Film{}); err != nil {
		panic(err)
	}
	db.Create(&[]Film{{Title: "F"}, {Title: "E"}, {Title: "D"}, {Title: "C"}, {Title: "B"}, {Title: "A"}})
	for _, order := range []string{"id", "title", "id DESC"} {
		fmt.Printf("by %s:", order)
		var films []Film
		result := db.Order(order).FindInBatches(&films, 2, func(*gorm.DB, int) error {
			for _, film := range films {
				fmt.Print(" ", film.Title)
			}
			return nil
		})
		fmt.Println(", rows", result.RowsAffected, "error", result.Error)
	}
}
GO
)
expect 'by id: F E D C B A, rows 6 error <nil>
by title: A B A, rows 3 error <nil>
by id DESC: A B A, rows 3 error <nil>' "$got"
