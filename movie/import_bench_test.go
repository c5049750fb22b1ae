//go:build unix

package movie

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// BenchmarkImport measures the CPU time of a film in an own CSV file that is imported into an empty catalogue, in this
// process and in the MySQL server. Further films are imported by the second case, and the same ones again by the third.
func BenchmarkImport(b *testing.B) {
	n := benchFilms(b)
	first, second := ownCSV(b, 1, n), ownCSV(b, 2, n)
	for _, c := range []struct {
		name         string
		before, file []byte
	}{{"empty", nil, first}, {"more", first, second}, {"again", first, first}} {
		b.Run(c.name, func(b *testing.B) {
			var cpu time.Duration
			for b.Loop() {
				db := emptyCatalogue(b)
				s := New(Deps{DB: db, Clock: time.Now})
				if c.before != nil {
					importCSV(b, s, c.before)
				}
				begin := cpuTime(b, db)
				importCSV(b, s, c.file)
				cpu += cpuTime(b, db) - begin
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu.Nanoseconds())/1000/float64(b.N*n), "cpu-µs/film")
		})
	}
}

func emptyCatalogue(b *testing.B) *database.DB {
	b.Helper()
	config := database.Config{Driver: database.SQLite, DSN: filepath.Join(b.TempDir(), "bench.db")}
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		config = testkit.FreshSchema(b, dsn)
	}
	db, err := database.Open(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.MigrateUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	return db
}

func importCSV(b *testing.B, s *Service, file []byte) {
	b.Helper()
	done, err := Import(b.Context(), bytes.NewReader(file), CSV, s, func(e RowError) { b.Error(e) }, func(Progress) {})
	if err != nil || done.Review > 0 {
		b.Fatalf("imported %+v, %v", done, err)
	}
}

// ownCSV returns a file of n films with plots and casts.
func ownCSV(b *testing.B, seed uint64, n int) []byte {
	b.Helper()
	draw := rand.New(rand.NewPCG(seed, 9))
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	write := func(cells ...string) {
		if err := w.Write(cells); err != nil {
			b.Fatal(err)
		}
	}
	write("title", "plot", "cast", "playtime", "genre")
	genres := Genres()
	for i := range n {
		title := newTitle(draw) + " " + strconv.Itoa(i)
		cast, err := json.Marshal([]CastMember{{Name: word(draw, koreanWords), Role: new(word(draw, koreanWords))}, {Name: word(draw, englishWords), Age: new(draw.Int64N(90))}})
		if err != nil {
			b.Fatal(err)
		}
		write(title, "어느 도시에서 시작된 이야기. "+title+", and nothing in town is as it was before.", string(cast), strconv.Itoa(70+draw.IntN(110)), genres[draw.IntN(len(genres))])
	}
	w.Flush()
	return file.Bytes()
}
