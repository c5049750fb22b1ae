package database_test

import (
	"os"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestSnapshotShowsOneMomentAndCreatesNothing(t *testing.T) {
	t.Parallel()
	config := database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "a b.db")}
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		config = testkit.FreshSchema(t, dsn)
	} else if _, err := database.OpenSnapshot(t.Context(), config); err == nil {
		t.Error("a missing file was opened")
	}
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // the test has written everything
	withNotes(t, db)
	s, err := database.OpenSnapshot(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error {
			return tx.Create(&note{Name: name, At: database.Time(testkit.NewClock().Now())}).Error
		}); err != nil {
			t.Fatal(err)
		}
		if n := countIn(t, s); n != 1 { // later writes are invisible
			t.Errorf("with %s the snapshot has %d rows, want 1", name, n)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	tryToWrite(t, config)
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func tryToWrite(t *testing.T, config database.Config) {
	t.Helper()
	s, err := database.OpenSnapshot(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }() // MySQL's driver closes a connection after a refused write
	rows, err := s.QueryContext(t.Context(), "INSERT INTO notes (name, n, at) VALUES ('c', 0, '2026-11-23 00:00:00')")
	if err != nil {
		return
	}
	defer rows.Close()
	if rows.Next(); rows.Err() == nil {
		t.Error("a snapshot can write")
	}
}

func countIn(t *testing.T, s *database.Snapshot) (n int64) {
	t.Helper()
	rows, err := s.QueryContext(t.Context(), "SELECT COUNT(*) FROM notes")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	if err := rows.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
