package database_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

type role string

// film has a column of every kind that the models of the domains have.
type film struct {
	ID        int64 `gorm:"primaryKey;autoIncrement"`
	Title     string
	Role      role
	Public    bool
	CreatedBy *int64
	CreatedAt time.Time
	ReadAt    *time.Time
	Data      []byte
	Score     int64
	Shown     string `gorm:"-"`
}

var (
	films      = database.TableOf[film]()
	selectFilm = "SELECT " + films.Columns() + " FROM films WHERE id = ?"
)

func withFilms(t testing.TB) *database.DB {
	t.Helper()
	db := testkit.EmptyDB(t)
	statement := `CREATE TABLE films (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, role VARCHAR(9), public BOOLEAN,
		created_by BIGINT, created_at DATETIME, read_at DATETIME, data BLOB, score BIGINT)`
	if db.Driver() == database.MySQL {
		statement = `CREATE TABLE films (id BIGINT PRIMARY KEY AUTO_INCREMENT, title TEXT, role VARCHAR(9), public BOOLEAN,
			created_by BIGINT, created_at DATETIME(6), read_at DATETIME(6), data BLOB, score BIGINT)`
	}
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error }); err != nil {
		t.Fatal(err)
	}
	return db
}

func insertFilms(t testing.TB, db *database.DB, n int) []film {
	t.Helper()
	all := make([]film, n)
	now := database.Time(time.Now())
	for i := range all {
		all[i] = film{Title: fmt.Sprint("film ", i), Role: "admin", Public: true, CreatedAt: now, Data: []byte{byte(i)}}
		if i%2 == 0 {
			all[i].CreatedBy, all[i].ReadAt = new(int64(i)), new(now.Add(time.Duration(i)*time.Second))
		}
		err := db.Tx(t.Context(), func(tx *gorm.DB) (err error) {
			all[i].ID, err = films.Insert(tx, &all[i])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// same compares values as JSON, in which a time in UTC is the same from either driver.
func same(t *testing.T, got, want any) bool {
	t.Helper()
	a, err := json.Marshal(got)
	b, err2 := json.Marshal(want)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return string(a) == string(b)
}

func TestTableReadsBackWhatItInserted(t *testing.T) {
	t.Parallel()
	db := withFilms(t)
	want := insertFilms(t, db, 5)
	reader := db.Reader(t.Context())
	byQuery, err := database.Scan(reader.Model(&film{}).Select(films.Columns()).Order("id"), films.Targets)
	if err != nil || !same(t, byQuery, want) {
		t.Errorf("Scan returned %+v, %v; want %+v", byQuery, err, want)
	}
	byText, err := database.Collect(reader, films.Targets, len(want), "SELECT "+films.ColumnsOf("f")+" FROM films f WHERE f.id > ? ORDER BY f.id", 0)
	if err != nil || !same(t, byText, want) {
		t.Errorf("Collect returned %+v, %v; want %+v", byText, err, want)
	}
	for _, f := range want {
		one, err := films.Scan(db.Row(t.Context(), selectFilm, f.ID))
		if err != nil || !same(t, one, f) {
			t.Errorf("Table.Scan returned %+v, %v; want %+v", one, err, f)
		}
	}
	if byGORM := new([]film); reader.Order("id").Find(byGORM).Error != nil || !same(t, *byGORM, want) {
		t.Errorf("GORM reads %+v, want %+v", *byGORM, want)
	}
}

func TestTableScanReturnsNothingWithAnError(t *testing.T) {
	t.Parallel()
	db := withFilms(t)
	if one, err := films.Scan(db.Row(t.Context(), selectFilm, 1)); !errors.Is(err, sql.ErrNoRows) || !reflect.DeepEqual(one, film{}) {
		t.Errorf("a missing row is %+v, %v; want sql.ErrNoRows", one, err)
	}
	one, err := films.Scan(db.Row(t.Context(), "SELECT 1, 'title', 'admin', 'not a bool', 1, NULL, NULL, NULL, 1"))
	if err == nil || !reflect.DeepEqual(one, film{}) {
		t.Errorf("a row of other types is %+v, %v; want an error", one, err)
	}
}

func TestCollectReturnsAnEmptyListWithoutRows(t *testing.T) {
	t.Parallel()
	found, err := database.Collect(withFilms(t).Reader(t.Context()), films.Targets, 3, "SELECT "+films.Columns()+" FROM films")
	if found == nil || len(found) > 0 || err != nil {
		t.Errorf("Collect returned %v, %v; want an empty list", found, err)
	}
}

// leaving is a column whose scan ends a context.
type leaving struct{ leave context.CancelFunc }

func (l *leaving) Scan(any) error {
	l.leave()
	return nil
}

func TestCollectStopsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	db := withFilms(t)
	insertFilms(t, db, 3)
	ctx, cancel := context.WithCancel(t.Context())
	scans := 0
	targets := func(*film) []any { return []any{&leaving{func() { scans++; cancel() }}} }
	for _, when := range []string{"while it reads", "before"} {
		found, err := database.Collect(db.Reader(ctx), targets, 3, "SELECT id FROM films")
		if !errors.Is(err, context.Canceled) || found != nil || scans != 1 {
			t.Errorf("cancelled %s: %v, %v after %d rows; want context.Canceled after 1", when, found, err, scans)
		}
	}
}

func TestCollectFewStopsBeforeItsFirstRow(t *testing.T) {
	t.Parallel()
	db := withFilms(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	endless := "WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n) SELECT id FROM n WHERE id < 0"
	if db.Driver() == database.MySQL {
		endless = "SELECT SLEEP(3600)"
	}
	found, err := database.CollectFew(db.Reader(ctx), func(id *int64) []any { return []any{id} }, 1, endless)
	if !errors.Is(err, context.DeadlineExceeded) || found != nil {
		t.Errorf("%v, %v; want context.DeadlineExceeded", found, err)
	}
}

func TestTableOfPanicsWithoutAModel(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an int is accepted as a model")
		}
	}()
	database.TableOf[int]()
}

func handTargets(f *film) []any {
	return []any{&f.ID, &f.Title, &f.Role, &f.Public, &f.CreatedBy, &f.CreatedAt, &f.ReadAt, &f.Data, &f.Score}
}

// The ways interleave in one run: go test -run - -bench Table -count 10.
func BenchmarkTable(b *testing.B) {
	db := withFilms(b)
	insertFilms(b, db, 21)
	reader := db.Reader(b.Context())
	query := "SELECT " + films.Columns() + " FROM films ORDER BY id"
	b.Run("21 rows by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			found := make([]film, 0, 21)
			_ = database.Each(reader, query, nil, func(row database.Scanner) error {
				found = append(found, film{})
				return row.Scan(handTargets(&found[len(found)-1])...)
			})
		}
	})
	b.Run("21 rows by Table", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = database.Collect(reader, films.Targets, 21, query)
		}
	})
	b.Run("1 row by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var f film
			_ = db.Row(b.Context(), selectFilm, 7).Scan(handTargets(&f)...)
		}
	})
	b.Run("1 row by Table", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = films.Scan(db.Row(b.Context(), selectFilm, 7))
		}
	})
}
