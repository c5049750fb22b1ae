package database_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// bound lets a file grow by so many pages only, as a disk that is about to be full does.
func bound(t *testing.T, db *database.DB, more int) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		var pages int
		if err := tx.Raw("PRAGMA page_count").Scan(&pages).Error; err != nil {
			return err
		}
		return tx.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskIsAnOutageThatPasses(t *testing.T) {
	t.Parallel()
	db := withNotes(t, openFile(t, filepath.Join(t.TempDir(), "a.db")))
	write := func(n int) error {
		return db.Tx(t.Context(), func(tx *gorm.DB) error {
			return tx.Create(&note{Name: fmt.Sprintf("%d %s", n, strings.Repeat("x", 1000))}).Error
		})
	}
	bound(t, db, 4)
	var err error
	written := 0
	for err == nil && written < 1000 {
		if err = write(written); err == nil {
			written++
		}
	}
	if !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("a full disk is %v, want what a client may try again", err)
	}
	if n := count(t, db); n != int64(written) {
		t.Errorf("%d rows can be read, %d were written", n, written)
	}
	bound(t, db, 1000)
	if err := write(written); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestABackupThatFailsLeavesNothingUnderItsName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := withNotes(t, openFile(t, filepath.Join(dir, "a.db")))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "b.db")); err == nil {
		t.Fatal("a closed database was copied")
	}
	left, err := filepath.Glob(filepath.Join(dir, "b.db*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it left %q (%v)", left, err)
	}
}

func TestABackupLeavesNothingBesideItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := withNotes(t, openFile(t, filepath.Join(dir, "a.db")))
	target := filepath.Join(dir, "b.db")
	if err := db.Backup(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(target + ".*"); err != nil || len(left) > 0 {
		t.Errorf("beside it lies %q (%v)", left, err)
	}
}
