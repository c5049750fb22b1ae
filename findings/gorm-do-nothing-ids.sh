#!/usr/bin/env bash
# gorm.io/gorm v1.31.2, gorm.io/driver/sqlite v1.6.0 (SQLite through mattn/go-sqlite3 v1.14.53).
#
# A batch Create with OnConflict{DoNothing: true}, of which one row exists already: the ids that RETURNING brings are
# filled in from the first struct on, so structs get the ids of other rows and the last ones get none. AfterCreate runs
# for the row that was left out.
source "$(dirname "$0")/lib.sh"
got=$(go_run gorm.io/gorm@v1.31.2 gorm.io/driver/sqlite@v1.6.0 github.com/mattn/go-sqlite3@v1.14.53 <<'GO'
package main

import (
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type Film struct {
	ID    int64
	Title string `gorm:"uniqueIndex"`
}

func (f *Film) AfterCreate(*gorm.DB) error {
	fmt.Println("AfterCreate", f.Title)
	return nil
}

func main() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	if err := db.AutoMigrate(&Film{}); err != nil {
		panic(err)
	}
	db.Exec("INSERT INTO films (id, title) VALUES (10, 'old')")
	films := []Film{{Title: "a"}, {Title: "old"}, {Title: "b"}}
	r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&films)
	fmt.Println("rows affected", r.RowsAffected)
	for _, f := range films {
		var stored Film
		db.Where("title = ?", f.Title).Take(&stored)
		fmt.Println(f.Title, "struct", f.ID, "row", stored.ID)
	}
}
GO
)
expect 'AfterCreate a
AfterCreate old
AfterCreate b
rows affected 2
a struct 11 row 11
old struct 13 row 10
b struct 0 row 13' "$got"
