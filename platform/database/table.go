package database

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Table maps the fields of a model to the columns of its table, as GORM reads them from the tags of the
// model. With it no domain keeps lists of columns and of scan targets by hand. A package has one Table for
// each model that it reads without GORM's reflection:
//
//	var films = database.TableOf[Movie]()
//	var getMovie = "SELECT " + films.Columns() + " FROM movies WHERE id = ?"
//
//	m, err := films.Scan(db.Row(ctx, getMovie, id))
//	rows, err := database.Scan(q.Select(films.Columns()), films.Targets)
//	rows, err := database.Collect(reader, films.Targets, size, query, args...)
//	id, err := films.Insert(tx, &m)
//
// A query that joins other tables adds its own columns and targets:
//
//	reviews.ColumnsOf("reviews") + ", users.username"
//	append(reviews.Targets(&r.Review), &r.Username)
//
// A Table is safe for concurrent use.
type Table[T any] struct {
	columns  []string
	times    []bool  // of each column, whether its field is a time
	fields   [][]int // of each column, the index of its field for [reflect.Value.FieldByIndex]
	inserted [][]int // likewise, without a key that the database assigns
	insert   string
	scratch  sync.Pool // of *scratch[T]: to find the targets by reflection costs as much as to scan into them
}

// scratch is a row with its targets.
type scratch[T any] struct {
	row     T
	targets []any
}

// TableOf returns the Table of the model T, and panics when GORM does not accept T as a model. Call it once
// for each model, in a package variable.
func TableOf[T any]() *Table[T] {
	s, err := schema.Parse(new(T), &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		panic(fmt.Sprintf("database: %T is not a model: %v", *new(T), err))
	}
	t := &Table[T]{}
	t.scratch.New = func() any {
		s := &scratch[T]{}
		s.targets = t.Targets(&s.row)
		return s
	}
	var inserted []string
	for _, f := range s.Fields {
		if f.DBName == "" {
			continue // no column
		}
		t.columns, t.fields = append(t.columns, f.DBName), append(t.fields, f.StructField.Index)
		t.times = append(t.times, f.StructField.Type == timeType || f.StructField.Type == reflect.PointerTo(timeType))
		if !f.AutoIncrement {
			inserted, t.inserted = append(inserted, f.DBName), append(t.inserted, f.StructField.Index)
		}
	}
	t.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)",
		s.Table, strings.Join(inserted, ", "), strings.Repeat(", ?", len(inserted))[2:])
	return t
}

var timeType = reflect.TypeFor[time.Time]()

// Columns returns the columns of the table as a SELECT lists them, the times by [AsText].
func (t *Table[T]) Columns() string { return t.list("") }

// ColumnsOf returns the columns, each qualified by the name of the table in a query.
func (t *Table[T]) ColumnsOf(name string) string { return t.list(name + ".") }

func (t *Table[T]) list(prefix string) string {
	all := make([]string, len(t.columns))
	for i, column := range t.columns {
		all[i] = prefix + column
		if t.times[i] {
			all[i] = AsText(all[i])
		}
	}
	return strings.Join(all, ", ")
}

// Scan returns the row that a query of [Table.Columns] is at. Its errors are those of row.Scan.
func (t *Table[T]) Scan(row Scanner) (T, error) {
	s := t.scratch.Get().(*scratch[T])
	err := row.Scan(s.targets...)
	found := s.row
	s.row = *new(T)
	t.scratch.Put(s)
	if err != nil {
		return *new(T), err
	}
	return found, nil
}

// Targets returns pointers to the fields of row, in the order of the columns, by [Into].
func (t *Table[T]) Targets(row *T) []any {
	v := reflect.ValueOf(row).Elem()
	targets := make([]any, len(t.fields), len(t.fields)+4) // a query that joins appends its own
	for i, index := range t.fields {
		targets[i] = v.FieldByIndex(index).Addr().Interface()
	}
	return Into(targets...)
}

// Insert inserts row, all its columns but a key that the database assigns, and returns the id of the new row.
// It runs without the reflection of GORM's Create: no hooks, and no times but those in row.
func (t *Table[T]) Insert(tx *gorm.DB, row *T) (id int64, err error) {
	v := reflect.ValueOf(row).Elem()
	args := make([]any, len(t.inserted))
	for i, index := range t.inserted {
		args[i] = v.FieldByIndex(index).Interface()
	}
	return Insert(tx, t.insert, args...)
}
