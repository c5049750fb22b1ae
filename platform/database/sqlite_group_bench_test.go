package database_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// BenchmarkWriters writes rows from several goroutines to a file, each row in a transaction.
func BenchmarkWriters(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) { writeRows(b, writers) })
	}
}

func writeRows(b *testing.B, writers int) {
	db := withNotes(b, openFile(b, filepath.Join(b.TempDir(), "a.db")))
	var left atomic.Int64
	left.Store(int64(b.N))
	took := make([][]time.Duration, writers)
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := left.Add(-1); n >= 0; n = left.Add(-1) {
				began := time.Now()
				if err := writeRow(b, db, n); err != nil {
					b.Error(err)
				}
				took[w] = append(took[w], time.Since(began))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
}

func writeRow(b *testing.B, db *database.DB, n int64) error {
	b.Helper()
	return db.Tx(b.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO notes (name, n) VALUES (?, ?)", fmt.Sprint("row ", n), n).Error
	})
}
