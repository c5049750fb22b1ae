package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// note is the model of these tests.
type note struct {
	ID   int64  `gorm:"primaryKey;autoIncrement"`
	Name string `gorm:"size:50;not null;uniqueIndex:idx_notes_name"`
	N    int64
	At   time.Time `gorm:"precision:6;autoCreateTime"`
}

func newDB(t *testing.T) *database.DB {
	t.Helper()
	return withNotes(t, testkit.EmptyDB(t))
}

func withNotes(t testing.TB, db *database.DB) *database.DB {
	t.Helper()
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.AutoMigrate(&note{}) }); err != nil {
		t.Fatal(err)
	}
	return db
}

func openFile(t testing.TB, path string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // some tests close it themselves
	return db
}

func count(t *testing.T, db *database.DB) (n int64) {
	t.Helper()
	if err := db.Reader(t.Context()).Model(&note{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAfterCommitRunsFunctionsInOrder(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	var happened []string
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		database.AfterCommit(tx, func() { happened = append(happened, "first") })
		inner := db.Tx(tx.Statement.Context, func(tx *gorm.DB) error {
			database.AfterCommit(tx, func() { happened = append(happened, "second") })
			return tx.Create(&note{Name: "a"}).Error
		})
		if len(happened) > 0 {
			t.Error("a function ran before the outermost commit")
		}
		return inner
	})
	if err != nil || strings.Join(happened, " ") != "first second" {
		t.Errorf("functions %v ran, error %v", happened, err)
	}
}

func TestAfterCommitRunsNothingAfterARollback(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	failure := errors.New("no")
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		database.AfterCommit(tx, func() { t.Error("a function ran after a rollback") })
		if err := tx.Create(&note{Name: "a"}).Error; err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) || count(t, db) != 0 {
		t.Errorf("error %v, %d rows", err, count(t, db))
	}
}

func TestPanicRollsBackAndReleasesTheWriter(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Tx(t.Context(), func(tx *gorm.DB) error { // panics
			tx.Create(&note{Name: "a"})
			panic("no")
		})
	}()
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&note{Name: "b"}).Error }); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestAfterCommitPanicsOutsideOfATransaction(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	defer func() {
		if recover() == nil {
			t.Error("AfterCommit did not panic")
		}
	}()
	database.AfterCommit(db.Reader(t.Context()), func() {})
}

func TestReaderInATransactionSeesItsWrites(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Create(&note{Name: "a"}).Error; err != nil {
			return err
		}
		var n int64
		if err := db.Reader(tx.Statement.Context).Model(&note{}).Count(&n).Error; err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDuplicateKeyIsErrDuplicatedKeyOnEveryDriver(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	add := func() error {
		return db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&note{Name: "a"}).Error })
	}
	if err := add(); err != nil {
		t.Fatal(err)
	}
	if err := add(); !errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("the second insert returns %v, want gorm.ErrDuplicatedKey", err)
	}
}

func TestTimesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	want := database.Time(time.Date(2026, 11, 23, 9, 0, 0, 123456789, time.FixedZone("KST", 9*60*60)))
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&note{Name: "a", At: want}).Error }); err != nil {
		t.Fatal(err)
	}
	var got note
	err := db.Reader(t.Context()).First(&got).Error
	if _, offset := got.At.Zone(); err != nil || !got.At.Equal(want) || offset != 0 {
		t.Errorf("%v is read as %v, %v", want, got.At, err)
	}
}

// TestConcurrentWritersAndReadersGetNoLockErrors covers hazard D7: concurrent transactions that read and then write.
func TestConcurrentWritersAndReadersGetNoLockErrors(t *testing.T) {
	t.Parallel()
	for name, db := range map[string]*database.DB{
		"as configured": newDB(t),
		"in a file":     withNotes(t, openFile(t, filepath.Join(t.TempDir(), "a.db"))),
	} {
		t.Run(name, func(t *testing.T) { contend(t, db) })
	}
}

func contend(t *testing.T, db *database.DB) {
	t.Helper()
	const writers, rounds = 8, 25
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&note{Name: "n"}).Error }); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range rounds {
				if err := increment(t.Context(), db); err != nil {
					t.Error(err)
				}
				var n note
				if err := db.Reader(t.Context()).First(&n).Error; err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n note
	if err := db.Reader(t.Context()).First(&n).Error; err != nil || n.N != writers*rounds {
		t.Errorf("the sum is %d, want %d, %v", n.N, writers*rounds, err)
	}
}

func increment(ctx context.Context, db *database.DB) error {
	return db.Tx(ctx, func(tx *gorm.DB) error {
		var n note
		if err := database.ForUpdate(tx).First(&n).Error; err != nil {
			return err
		}
		return tx.Model(&n).Update("n", n.N+1).Error
	})
}

// TestCancelledWriteIsRolledBack covers hazard D8.
func TestCancelledWriteIsRolledBack(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	for i := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		_ = db.Tx(ctx, func(tx *gorm.DB) error { // cancelled half-way
			if err := tx.Create(&note{Name: fmt.Sprint(i)}).Error; err != nil {
				return err
			}
			cancel()
			return tx.Create(&note{Name: fmt.Sprint("second ", i)}).Error
		})
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows of cancelled writes", n)
	}
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&note{Name: "after"}).Error }); err != nil {
		t.Errorf("write after cancelled writes: %v", err)
	}
}

func TestReaderCannotWriteOnSQLite(t *testing.T) {
	t.Parallel()
	db := withNotes(t, openFile(t, filepath.Join(t.TempDir(), "a.db")))
	if err := db.Reader(t.Context()).Create(&note{Name: "a"}).Error; err == nil {
		t.Error("a reader can write")
	}
}

func TestBackupIsCompleteAndNeverOverwrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := withNotes(t, openFile(t, filepath.Join(dir, "a.db")))
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&note{Name: "a"}).Error }); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, "b.db")
	if err := db.Backup(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if n := count(t, openFile(t, target)); n != 1 {
		t.Errorf("the backup has %d rows", n)
	}
	if err := db.Backup(t.Context(), target); err == nil {
		t.Error("an existing file was overwritten")
	}
}

func TestLockAllowsOneHolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sub", "a.db")
	first, err := database.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.Lock(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the second lock: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := database.Lock(path)
	if err != nil {
		t.Fatalf("lock after the first was released: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenAcceptsUnusualFileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.db", "영화.db", "a#b.db", "100%.db", "a?b.db"} {
		path := filepath.Join(t.TempDir(), name)
		withNotes(t, openFile(t, path))
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenReportsWhyItFailed(t *testing.T) {
	t.Parallel()
	for _, c := range []database.Config{
		{Driver: "oracle", DSN: "x"},
		{Driver: database.SQLite, DSN: ""},
		{Driver: database.SQLite, DSN: t.TempDir()}, // a folder
		{Driver: database.MySQL, DSN: "not a dsn"},
		{Driver: database.MySQL, DSN: "u:p@tcp(127.0.0.1:1)/x"},
	} {
		if db, err := database.Open(t.Context(), c); err == nil {
			t.Errorf("%v opened", c)
			_ = db.Close() // the test has failed
		}
	}
}

func TestLockIsTheSameForEveryPathOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "films-memdb.db") // memdb in a file name does not mean a database in memory
	openFile(t, path)
	first, err := database.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{link, "file:" + path, "file:" + dir + "/films%2Dmemdb.db?mode=rw"} {
		if again, err := database.Lock(name); err == nil {
			t.Errorf("%s was locked a second time", name)
			_ = again.Close() // the test has failed
		}
	}
	if got := database.SQLitePath("file:/x?vfs=memdb"); got != "" {
		t.Errorf("a database in memory has the path %s", got)
	}
}

func TestFilesAreReadableByTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := withNotes(t, openFile(t, filepath.Join(dir, "a.db")))
	if err := db.Backup(t.Context(), filepath.Join(dir, "b.db")); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

func TestRowReturnsErrorsOfItsQuery(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	var n int64
	if err := db.Row(t.Context(), "SELECT id FROM there_is_no_such_table").Scan(&n); err == nil || errors.Is(err, sql.ErrNoRows) {
		t.Errorf("got %v, want the syntax error", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Row(gone, "SELECT 1 + 1").Scan(&n); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := db.Row(t.Context(), "SELECT id FROM notes WHERE id = 4711").Scan(&n); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("got %v, want no rows", err)
	}
	if err := db.Row(t.Context(), "SELECT 42").Scan(&n); err != nil || n != 42 {
		t.Errorf("got %d, %v", n, err)
	}
}
