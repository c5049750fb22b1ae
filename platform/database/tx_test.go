package database_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/database"
)

var errOnPurpose = errors.New("on purpose")

// deed is a transaction that writes rows whose names begin with its name, and its expected result.
type deed struct {
	run  func(ctx context.Context, db *database.DB, name string) error
	want []string // suffixes of the rows that stay; empty when it does not commit
}

func add(tx *gorm.DB, name string) error { return tx.Create(&note{Name: name}).Error }

var deeds = map[string]deed{
	"writes": {want: []string{""}, run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error { return add(tx, name) })
	}},
	"fails": {run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error { return errors.Join(add(tx, name), errOnPurpose) })
	}},
	"panics": {run: func(ctx context.Context, db *database.DB, name string) (err error) {
		defer func() { err = fmt.Errorf("panic: %v", recover()) }()
		return db.Tx(ctx, func(tx *gorm.DB) error { panic(add(tx, name)) })
	}},
	"is cancelled before": {run: func(ctx context.Context, db *database.DB, name string) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return db.Tx(ctx, func(tx *gorm.DB) error { return add(tx, name) })
	}},
	"is cancelled half-way": {run: func(ctx context.Context, db *database.DB, name string) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		return db.Tx(ctx, func(tx *gorm.DB) error {
			defer cancel()
			return add(tx, name)
		})
	}},
	"meets a duplicate": {run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error { return errors.Join(add(tx, name), add(tx, name)) })
	}},
	"goes on after a duplicate": {want: []string{"", " more"}, run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error {
			err := add(tx, name)
			if again := add(tx, name); !errors.Is(again, gorm.ErrDuplicatedKey) {
				return again
			}
			return errors.Join(err, add(tx, name+" more"))
		})
	}},
	"nests": {want: []string{"", " inner"}, run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error {
			inner := func(tx *gorm.DB) error { return add(tx, name+" inner") }
			return errors.Join(add(tx, name), db.Tx(tx.Statement.Context, inner))
		})
	}},
	"nests and fails": {run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error {
			inner := func(tx *gorm.DB) error { return errors.Join(add(tx, name+" inner"), errOnPurpose) }
			return errors.Join(add(tx, name), db.Tx(tx.Statement.Context, inner))
		})
	}},
	"takes a part back": {want: []string{"", " more"}, run: func(ctx context.Context, db *database.DB, name string) error {
		return db.Tx(ctx, func(tx *gorm.DB) error {
			err := add(tx, name)
			_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(add(tx, name+" part"), errOnPurpose) }) // the savepoint rolls back
			return errors.Join(err, add(tx, name+" more"))
		})
	}},
}

// TestTxReportsExactlyWhatIsStored runs hundreds of random transactions concurrently. The rows of a transaction
// are readable when Tx returns nil, and absent when it returns an error.
func TestTxReportsExactlyWhatIsStored(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	kinds := slices.Sorted(maps.Keys(deeds))
	rapid.Check(t, func(r *rapid.T) {
		chosen := rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 40).Draw(r, "deeds")
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("DELETE FROM notes").Error }); err != nil {
			r.Fatal(err)
		}
		var wg sync.WaitGroup
		for i, kind := range chosen {
			wg.Go(func() { check(t, db, kind, fmt.Sprint(i)) })
		}
		wg.Wait()
		for i, kind := range chosen { // the results stay
			compare(t, db, kind, fmt.Sprint(i))
		}
	})
}

// check runs a deed and compares its result with the stored rows.
func check(t *testing.T, db *database.DB, kind, name string) {
	t.Helper()
	err := deeds[kind].run(t.Context(), db, name)
	if (err == nil) != (deeds[kind].want != nil) {
		t.Errorf("%s returned %v", kind, err)
	}
	compare(t, db, kind, name)
}

func compare(t *testing.T, db *database.DB, kind, name string) {
	t.Helper()
	var got []string
	err := db.Reader(t.Context()).Model(&note{}).Where("name = ? OR name LIKE ?", name, name+" %").Order("name").Pluck("name", &got).Error
	want := make([]string, len(deeds[kind].want))
	for i, ending := range deeds[kind].want {
		want[i] = name + ending
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s left rows %q, want %q, %v", kind, got, want, err)
	}
}
