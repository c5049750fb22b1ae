#!/usr/bin/env bash
# gorm.io/gorm v1.31.2, gorm.io/driver/sqlite v1.6.0.
#
# AfterSave runs, with the zero id, for an update by condition that matched no row, and again in a transaction that is
# rolled back afterwards. It does not run for a create from a map.
source "$(dirname "$0")/lib.sh"
got=$(go_run gorm.io/gorm@v1.31.2 gorm.io/driver/sqlite@v1.6.0 github.com/mattn/go-sqlite3@v1.14.53 <<'GO'
package main

import (
	"errors"
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

type Like struct {
	ID   int64
	Film int64
	On   bool
}

func (l *Like) AfterSave(*gorm.DB) error {
	fmt.Println("  AfterSave id", l.ID)
	return nil
}

func main() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	if err := db.AutoMigrate(&Like{}); err != nil {
		panic(err)
	}
	fmt.Println("update that matches nothing")
	r := db.Model(&Like{}).Where("film = ?", 7).Update("on", true)
	fmt.Println("  rows affected", r.RowsAffected)
	fmt.Println("create that is rolled back")
	_ = db.Transaction(func(tx *gorm.DB) error {
		tx.Create(&Like{Film: 7})
		return errors.New("no")
	})
	var n int64
	db.Model(&Like{}).Count(&n)
	fmt.Println("  rows", n)
	fmt.Println("create from a map")
	db.Model(&Like{}).Create(map[string]any{"film": 7})
	db.Model(&Like{}).Count(&n)
	fmt.Println("  rows", n)
}
GO
)
expect 'update that matches nothing
  AfterSave id 0
  rows affected 0
create that is rolled back
  AfterSave id 1
  rows 0
create from a map
  rows 1' "$got"
