#!/usr/bin/env bash
# gorm.io/gorm v1.31.2, gorm.io/driver/sqlite v1.6.0, Config.TranslateError: true.
#
# Only Create and its like translate errors, here to gorm.ErrDuplicatedKey. The same violation in a statement sent through
# Raw(...).Scan, Rows() or Row() comes back as the driver's own error.
source "$(dirname "$0")/lib.sh"
got=$(go_run gorm.io/gorm@v1.31.2 gorm.io/driver/sqlite@v1.6.0 github.com/mattn/go-sqlite3@v1.14.53 <<'GO'
package main

import (
	"errors"
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

type Film struct {
	ID    int64
	Title string `gorm:"uniqueIndex"`
}

func main() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{TranslateError: true})
	if err != nil {
		panic(err)
	}
	if err := db.AutoMigrate(&Film{}); err != nil {
		panic(err)
	}
	db = db.Session(&gorm.Session{Logger: db.Logger.LogMode(1)})
	db.Create(&Film{Title: "a"})
	fmt.Println("Create", errors.Is(db.Create(&Film{Title: "a"}).Error, gorm.ErrDuplicatedKey))
	const insert = "INSERT INTO films (title) VALUES ('a') RETURNING id"
	var id int64
	fmt.Println("Scan", errors.Is(db.Raw(insert).Scan(&id).Error, gorm.ErrDuplicatedKey))
	rows, err := db.Raw(insert).Rows()
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
		rows.Close()
	}
	fmt.Println("Rows", errors.Is(err, gorm.ErrDuplicatedKey), err)
	fmt.Println("Row", errors.Is(db.Raw(insert).Row().Scan(&id), gorm.ErrDuplicatedKey))
}
GO
)
expect 'Create true
Scan false
Rows false UNIQUE constraint failed: films.title
Row false' "$got"
