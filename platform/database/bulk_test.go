package database_test

import (
	"errors"
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
