package database_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// MySQL cannot create and fill a table atomically, and a process may be killed in between.
func TestMigrateUpContinuesFromAnEmptyVersionTable(t *testing.T) {
	t.Parallel()
	db := testkit.EmptyDB(t)
	if db.Driver() != database.MySQL {
		t.Logf("needs a MySQL server in %s; SQLite creates and fills the table atomically", testkit.DSNVariable)
		return
	}
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	empty := func(tx *gorm.DB) error { return tx.Exec("DELETE FROM goose_db_version").Error }
	if err := db.Tx(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := db.MigrateUp(t.Context()); err != nil {
			t.Fatalf("continue: %v", err)
		}
	}
	status, err := db.MigrationStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range status {
		if m.AppliedAt.IsZero() {
			t.Errorf("%s is not applied", m.Name)
		}
	}
}

// TestReadOnlyServerIsDown has the server refuse writes of the session, as one that runs with --read-only refuses all.
func TestReadOnlyServerIsDown(t *testing.T) {
	t.Parallel()
	c := testkit.Fresh(t)
	if c.Driver != database.MySQL {
		t.Skipf("needs a MySQL server in %s", testkit.DSNVariable)
	}
	open := func(dsn string) *database.DB {
		db, err := database.Open(t.Context(), database.Config{Driver: c.Driver, DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db := open(c.DSN)
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("before the migration: %v", err)
	}
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("it takes writes: %v", err)
	}
	separator := "?"
	if strings.Contains(c.DSN, "?") {
		separator = "&"
	}
	if err := open(c.DSN + separator + "tx_read_only=1").Check(t.Context()); err == nil {
		t.Error("a database that is read-only counts as up")
	}
}
