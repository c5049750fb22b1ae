//go:build cgo

package database_test

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestPackedValuesThatAreNotThereAreErrors(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if db.Driver() != database.SQLite {
		t.Skip("it is a table of SQLite")
	}
	cell := func(kind, size uint32, value int64) string {
		packed := binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, kind), size)
		return fmt.Sprintf("x'%x'", binary.NativeEndian.AppendUint64(packed, uint64(value)))
	}
	text := cell(1, 2, 0)
	for name, query := range map[string]string{
		"no arguments":               "SELECT v0 FROM packed_rows",
		"two arguments":              "SELECT v0 FROM packed_rows(" + text + ", x'6161')",
		"half a cell":                "SELECT v0 FROM packed_rows(x'0000000000000000', x'', 1)",
		"half a row":                 "SELECT v0 FROM packed_rows(" + text + ", x'6161', 2)",
		"rows without values":        "SELECT v0 FROM packed_rows(" + text + ", x'6161', 0)",
		"rows of too many values":    "SELECT v0 FROM packed_rows(x'" + strings.Repeat("00", 17*16) + "', x'', 17)",
		"the second value of one":    "SELECT v1 FROM packed_rows(" + text + ", x'6161', 1)",
		"a text that is too long":    "SELECT v0 FROM packed_rows(" + text + ", x'61', 1)",
		"a text where there is none": "SELECT v0 FROM packed_rows(" + text + ", NULL, 1)",
		"a text before the others":   "SELECT v0 FROM packed_rows(" + cell(1, 2, -1) + ", x'6161', 1)",
		"a text behind the others":   "SELECT v0 FROM packed_rows(" + cell(2, 2, math.MaxInt64) + ", x'6161', 1)",
	} {
		var got any
		if err := db.Row(t.Context(), query).Scan(&got); err == nil || errors.Is(err, sql.ErrNoRows) {
			t.Errorf("%s: %v and %v, want another error", name, got, err)
		}
	}
	var got string
	if err := db.Row(t.Context(), "SELECT v0 FROM packed_rows("+text+", x'6162', 1)").Scan(&got); err != nil || got != "ab" {
		t.Errorf("two bytes: %q, %v", got, err)
	}
	for _, none := range []string{"x''", "NULL"} {
		var rows int
		if err := db.Row(t.Context(), "SELECT COUNT(*) FROM packed_rows("+none+", x'', 3)").Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%s: %d rows, %v", none, rows, err)
		}
	}
}

// TestPackedRowsAreInsertedWithoutCopiesOfPages does not run in parallel, because other tests may have temporary files.
func TestPackedRowsAreInsertedWithoutCopiesOfPages(t *testing.T) {
	if _, err := os.ReadDir("/proc/self/fd"); err != nil {
		t.Skip("only Linux lists the open files of a process in /proc:", err)
	}
	const numbers = 100_000
	db := openFile(t, t.TempDir()+"/test.db")
	insert := func(tx *gorm.DB, from int64) error {
		rows := database.NewRows(database.InsertInto(tx.Name())+"numbers (n)", "?")
		for n := from; n < numbers; n += 2 {
			rows.Int(n)
		}
		return rows.Insert(tx, nil)
	}
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Exec("CREATE TABLE numbers (n INTEGER NOT NULL PRIMARY KEY) WITHOUT ROWID").Error; err != nil {
			return err
		}
		return insert(tx, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := insert(tx, 1); err != nil { // changes every page of the table
			return err
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
	var got int
	if err := db.Row(t.Context(), "SELECT COUNT(*) FROM numbers").Scan(&got); err != nil || got != numbers {
		t.Errorf("%d numbers, %v, want %d", got, err, numbers)
	}
}
