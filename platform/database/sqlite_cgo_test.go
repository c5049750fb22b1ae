//go:build cgo

package database_test

import (
	"os"
	"path/filepath"
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

// TestSavepointsOfAFewPagesWriteNoFile does not run in parallel, because other tests may have temporary files.
func TestSavepointsOfAFewPagesWriteNoFile(t *testing.T) {
	if _, err := os.ReadDir("/proc/self/fd"); err != nil {
		t.Skip("only Linux lists the open files of a process in /proc:", err)
	}
	err := openFile(t, t.TempDir()+"/test.db").Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range []string{
			"CREATE TABLE pages (page BLOB)",
			"INSERT INTO pages SELECT zeroblob(4000) FROM json_each('[" + strings.Repeat("0,", 25) + "0]')",
			"SAVEPOINT one", // as further members of a shared transaction have it
			"UPDATE pages SET page = randomblob(4000)",
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		open, err := filepath.Glob("/proc/self/fd/*")
		for _, fd := range open {
			if file, _ := os.Readlink(fd); strings.HasSuffix(file, " (deleted)") { // as SQLite's are at once
				t.Errorf("SQLite writes to %s", file)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSavepointsOfManyPagesAreWrittenToAFile changes more than SQLite keeps in memory.
func TestSavepointsOfManyPagesAreWrittenToAFile(t *testing.T) {
	err := openFile(t, t.TempDir()+"/test.db").Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range []string{
			"CREATE TABLE pages (page BLOB)",
			"INSERT INTO pages SELECT zeroblob(4000) FROM json_each('[" + strings.Repeat("0,", 999) + "0]')",
			"SAVEPOINT one",
			"UPDATE pages SET page = randomblob(4000)",
			"ROLLBACK TO one",
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		var changed int
		if err := tx.Raw("SELECT COUNT(*) FROM pages WHERE page != zeroblob(4000)").Scan(&changed).Error; err != nil {
			return err
		}
		if changed != 0 {
			t.Errorf("%d of 1000 pages were not rolled back", changed)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
