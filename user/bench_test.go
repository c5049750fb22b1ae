//go:build unix

package user

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// benchName returns a name such as "minjun kim 4711". One name in two thousand is a quetzal.
func benchName(draw *rand.Rand, i int) string {
	first := []string{"minjun", "seo", "haneul", "alex", "maria", "sam", "jiwoo", "영화", "사랑", "noah", "emma", "lee"}
	last := []string{"kim", "park", "smith", "lover", "fan", "choi", "garcia", "관객", "moon", "star"}
	if i%2000 == 700 {
		return fmt.Sprintf("quetzal %d", i)
	}
	return fmt.Sprintf("%s %s %d", first[draw.IntN(len(first))], last[draw.IntN(len(last))], i)
}

// benchMembers returns a service over n accounts, on SQLite in a file.
func benchMembers(b *testing.B, n int) *Service {
	b.Helper()
	db, err := database.Open(b.Context(), database.Config{Driver: database.SQLite, DSN: filepath.Join(b.TempDir(), "bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() }) // the database is temporary
	if _, err := db.MigrateUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	draw, now := rand.New(rand.NewPCG(7, 7)), database.Time(time.Now())
	for from := 0; from < n; from += 10_000 {
		members := make([]User, min(10_000, n-from))
		for i := range members {
			name := benchName(draw, from+i)
			members[i] = User{
				Username: name, UsernameKey: usernameKey(name), SearchKey: textindex.Key(name), Age: int64(15 + draw.IntN(60)), Gender: []Gender{Female, Male}[draw.IntN(2)],
				Role: auth.RoleMember, CreatedAt: now, UpdatedAt: now, Preferences: DefaultPreferences(),
			}
		}
		if err := db.Tx(b.Context(), func(tx *gorm.DB) error { return tx.CreateInBatches(members, 500).Error }); err != nil {
			b.Fatal(err)
		}
	}
	begin, cpu := time.Now(), cpuTime(b)
	if err := IndexAll(b.Context(), db); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d names indexed in %.1f s, %.0f µs CPU each", n, time.Since(begin).Seconds(), float64((cpuTime(b)-cpu).Microseconds())/float64(n))
	return New(Deps{DB: db, Clock: time.Now})
}

// cpuTime returns the CPU time of this process.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkSearch measures the CPU time of pages of 30 accounts, by the ngram index and by a scan.
func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{1000, 200_000} {
		s := benchMembers(b, n)
		for _, c := range []struct {
			name string
			f    Filter
		}{
			{"all", Filter{}},
			{"common", Filter{Part: new("kim")}},
			{"common,age,gender", Filter{Part: new("kim"), Age: new(int64(33)), Gender: new(Female)}},
			{"common,no age", Filter{Part: new("kim"), Age: new(int64(99))}},
			{"rare", Filter{Part: new("quetzal")}},
			{"none", Filter{Part: new("nobody at all")}},
			{"one", Filter{Part: new("7")}},
			{"hostile", Filter{Part: new("kim kim")}},
		} {
			p := page.Page{Limit: 30}
			measure := func(b *testing.B, search func() error) {
				b.Helper()
				b.ReportAllocs()
				if err := search(); err != nil { // prepares the statements
					b.Fatal(err)
				}
				runtime.GC()
				begin := cpuTime(b)
				for b.Loop() {
					if err := search(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64((cpuTime(b)-begin).Nanoseconds())/float64(b.N)/1000, "cpu-µs/op")
			}
			b.Run(fmt.Sprintf("%d/%s/index", n, c.name), func(b *testing.B) {
				measure(b, func() error { _, _, err := s.Search(b.Context(), auth.Viewer{}, c.f, p); return err })
			})
			b.Run(fmt.Sprintf("%d/%s/scan", n, c.name), func(b *testing.B) {
				measure(b, func() error {
					_, err := c.f.scanRanks(s.db.Reader(b.Context()), c.f.query(), p)
					return err
				})
			})
		}
	}
}

// BenchmarkActive measures the look-up of a session that is remembered, and of one that is not.
func BenchmarkActive(b *testing.B) {
	s := benchMembers(b, 2)
	err := s.db.Tx(b.Context(), func(tx *gorm.DB) error {
		now := s.now()
		return tx.Create(&Session{UserID: 1, RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(time.Hour)}).Error
	})
	if err != nil {
		b.Fatal(err)
	}
	memory, err := database.Open(b.Context(), database.Config{Driver: database.SQLite, DSN: ":memory:"})
	if err != nil {
		b.Fatal(err)
	}
	defer memory.Close()
	for _, remembered := range []bool{true, false} {
		b.Run(fmt.Sprintf("remembered=%v", remembered), func(b *testing.B) {
			if !remembered {
				s.active = database.NewMemo[sessionKey, activeSession](memory, 1, nil)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Active(b.Context(), 1, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
