#!/usr/bin/env bash
# gorm.io/gorm v1.31.2, gorm.io/driver/sqlite v1.6.0, a field with `serializer:json`.
#
# Create and Updates with a struct write the field as JSON. Update of that column, and Updates with a map, do not serialise it:
# a slice is expanded as for IN. With one element that is a valid statement which stores the bare text, so no error comes
# until the row is read; an empty slice stores NULL.
source "$(dirname "$0")/lib.sh"
got=$(go_run gorm.io/gorm@v1.31.2 gorm.io/driver/sqlite@v1.6.0 github.com/mattn/go-sqlite3@v1.14.53 <<'GO'
package main

import (
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type Film struct {
	ID     int64
	Genres []string `gorm:"serializer:json"`
}

func main() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		panic(err)
	}
	if err := db.AutoMigrate(&Film{}); err != nil {
		panic(err)
	}
	db.Create(&Film{ID: 1, Genres: []string{"drama"}})
	film := db.Model(&Film{ID: 1})
	show := func(what string, err error) {
		var stored *string
		db.Raw("SELECT genres FROM films").Scan(&stored)
		text := "NULL"
		if stored != nil {
			text = *stored
		}
		fmt.Println(what, "| error", err != nil, "| stored", text, "| read again", db.First(&Film{}, 1).Error == nil)
	}
	show("Updates, struct, one", film.Updates(Film{Genres: []string{"war"}}).Error)
	show("Update, one", film.Update("genres", []string{"war"}).Error)
	show("Updates, map, none", film.Updates(map[string]any{"genres": []string{}}).Error)
	show("Update, two", film.Update("genres", []string{"war", "drama"}).Error)
}
GO
)
expect 'Updates, struct, one | error false | stored ["war"] | read again true
Update, one | error false | stored war | read again false
Updates, map, none | error false | stored NULL | read again true
Update, two | error true | stored NULL | read again true' "$got"
