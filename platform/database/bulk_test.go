package database_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestForeignKeysAreCheckedAgainAfterBulk(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	orphan := func() error {
		return db.Tx(t.Context(), func(tx *gorm.DB) error {
			return errors.Join(database.Exec(tx, "INSERT INTO movie_people (movie_id, name_key) VALUES (999, 'x')"), database.Exec(tx, "DELETE FROM movie_people"))
		})
	}
	restore, err := db.Bulk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := orphan(); err != nil && db.Driver() == database.SQLite {
		t.Errorf("during Bulk: %v", err)
	}
	if err := restore(); err != nil {
		t.Fatal(err)
	}
	if err := orphan(); !errors.Is(err, gorm.ErrForeignKeyViolated) {
		t.Errorf("after Bulk a missing film is %v", err)
	}
}

func TestCommitsWaitForTheDiskAgainAfterUnsynced(t *testing.T) {
	t.Parallel()
	dsn := filepath.Join(t.TempDir(), "a.db")
	open := func() *database.DB {
		db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db, other := open(), open()
	pragma := func(db *database.DB, name string) (value int) {
		err := db.Alone(t.Context(), func(c *sql.Conn) error {
			return c.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&value)
		})
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	restore, err := db.Unsynced(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := pragma(db, "synchronous"); got != 1 {
		t.Errorf("during Unsynced synchronous is %d, want NORMAL, 1", got)
	}
	before := pragma(other, "data_version")
	if err := restore(); err != nil {
		t.Fatal(err)
	}
	if got := pragma(db, "synchronous"); got != 2 {
		t.Errorf("after Unsynced synchronous is %d, want FULL, 2", got)
	}
	if pragma(other, "data_version") == before {
		t.Error("nothing was committed that waits for the disk")
	}
}
