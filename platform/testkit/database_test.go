package testkit_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestDatabasesAreMigratedAndIsolated(t *testing.T) {
	t.Parallel()
	first, second := testkit.DB(t), testkit.DB(t)
	err := first.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO media_trash (storage_key, due_at) VALUES ('a', '2026-01-01 00:00:00')").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	var rows int64
	if err := second.Row(t.Context(), "SELECT COUNT(*) FROM media_trash").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("the other database has %d rows, %v; want none", rows, err)
	}
	for _, step := range must(first.MigrationStatus(t.Context())) {
		if step.AppliedAt.IsZero() {
			t.Errorf("migration %d is not applied", step.Version)
		}
	}
	if steps, err := second.MigrateUp(t.Context()); err != nil || len(steps) > 0 {
		t.Errorf("a clone still applies %v, %v", steps, err)
	}
}

func BenchmarkDB(b *testing.B) {
	for b.Loop() {
		testkit.DB(b)
	}
}

func BenchmarkMigrate(b *testing.B) {
	for b.Loop() {
		if _, err := testkit.EmptyDB(b).MigrateUp(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
