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

// bound limits the growth of the file to this many pages, as a disk that is nearly full does.
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

func TestFullDiskIsAnOutageUntilThereIsSpace(t *testing.T) {
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
		t.Errorf("a full disk is %v, want apperr.ErrUnavailable", err)
	}
	if n := count(t, db); n != int64(written) {
		t.Errorf("%d rows are readable, want %d", n, written)
	}
	bound(t, db, 1000)
	if err := write(written); err != nil {
		t.Errorf("write with free space: %v", err)
	}
}

func TestFailedBackupLeavesNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := withNotes(t, openFile(t, filepath.Join(dir, "a.db")))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "b.db")); err == nil {
		t.Fatal("a closed database was backed up")
	}
	left, err := filepath.Glob(filepath.Join(dir, "b.db*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the failed backup left %q (%v)", left, err)
	}
}

func TestBackupLeavesNoOtherFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := withNotes(t, openFile(t, filepath.Join(dir, "a.db")))
	target := filepath.Join(dir, "b.db")
	if err := db.Backup(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(target + ".*"); err != nil || len(left) > 0 {
		t.Errorf("the backup left %q (%v)", left, err)
	}
}
