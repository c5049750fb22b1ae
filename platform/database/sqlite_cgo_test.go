//go:build cgo

package database_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// A plan that depends on bound values is made anew whenever others are bound, and for joins even when they are the same.
func TestPlansDoNotDependOnBoundValues(t *testing.T) {
	t.Parallel()
	db := openFile(t, t.TempDir()+"/test.db")
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("CREATE TABLE names (name TEXT NOT NULL UNIQUE)").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	const query = "EXPLAIN QUERY PLAN SELECT name FROM names WHERE name GLOB ?" // with "a*" it could be a search in the index
	plan := func(db *gorm.DB) (steps string) {
		err := database.Each(db, query, []any{"a*"}, func(row database.Scanner) error {
			var id, parent, unused int
			var step string
			err := row.Scan(&id, &parent, &unused, &step)
			steps += step
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return steps
	}
	if got := plan(db.Reader(t.Context())); !strings.Contains(got, "SCAN") {
		t.Errorf("a reader plans %q, want a scan, which suits all values", got)
	}
	err = db.Tx(t.Context(), func(tx *gorm.DB) error {
		if got := plan(tx); !strings.Contains(got, "SCAN") {
			t.Errorf("the writer plans %q, want a scan, which suits all values", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
