package database_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestADSNTellsItsDatabase(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"data/a.db":                    "sqlite data/a.db",
		`C:\data\a.db`:                 `sqlite C:\data\a.db`,
		":memory:":                     "sqlite :memory:",
		"file:a@b.db?cache=shared":     "sqlite file:a@b.db?cache=shared",
		"sqlite:a@b.db":                "sqlite a@b.db",
		"sqlite:///srv/a.db":           "sqlite /srv/a.db",
		"u:p@tcp(db:3306)/c":           "mysql u:p@tcp(db:3306)/c",
		"tcp(db:3306)/c":               "mysql tcp(db:3306)/c",
		"root@/c":                      "mysql root@/c",
		"mysql:u:p@unix(/run/m.sock)/": "mysql u:p@unix(/run/m.sock)/",
		"mysql://u:p@tcp(db)/c":        "mysql u:p@tcp(db)/c",
	} {
		if got := database.ParseDSN(text); got.Driver+" "+got.DSN != want {
			t.Errorf("%s is %s %s, want %s", text, got.Driver, got.DSN, want)
		}
	}
}

func TestNoErrorShowsAPassword(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"root:hush", "root:hush/x", "root:hush@127.0.0.1/x", "root:hush@tcp(127.0.0.1:3306", "root:a@hush(b)/x",
		"root:hush@tcp(127.0.0.1:1)/x", "root:a/hush%zz", "root@tcp(127.0.0.1:1)/x?tls=hush", "root@tcp(127.0.0.1:1)/x?parseTime=hush",
	} {
		_, err := database.Open(t.Context(), database.Config{Driver: database.MySQL, DSN: dsn})
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func TestASnapshotShowsOneMomentAndMakesNothing(t *testing.T) {
	t.Parallel()
	config := database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "a b.db")}
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		config = testkit.FreshSchema(t, dsn)
	} else if _, err := database.OpenSnapshot(t.Context(), config); err == nil {
		t.Error("a file that is not there was opened")
	}
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
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
		if n := countIn(t, s); n != 1 { // what came after the first query is not there
			t.Errorf("with %s there are %d rows", name, n)
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
	defer func() { _ = s.Close() }() // MySQL's driver gives up a connection on which it may not write
	rows, err := s.QueryContext(t.Context(), "INSERT INTO notes (name, n, at) VALUES ('c', 0, '2026-11-23 00:00:00')")
	if err != nil {
		return
	}
	defer rows.Close()
	if rows.Next(); rows.Err() == nil {
		t.Error("a snapshot wrote")
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
