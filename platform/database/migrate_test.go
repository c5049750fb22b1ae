package database_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// MySQL cannot make a table and fill it in one step, and a process may be killed in between.
func TestAnEmptyTableOfVersionsDoesNotKeepMigrationsFromGoingOn(t *testing.T) {
	t.Parallel()
	db := testkit.EmptyDB(t)
	if db.Driver() != database.MySQL {
		t.Logf("needs a MySQL in %s; SQLite makes the table and fills it at once", testkit.DSNVariable)
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
			t.Fatalf("go on: %v", err)
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
