package feed_test

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// BenchmarkVariable names the environment variable that has TestAFeedCostsLittleAtSize measure: the folder of a SQLite file,
// or the DSN of an empty MySQL schema. What is there already is used again. It takes a few gigabytes of disk and minutes.
// The same name with _ACTIVITIES says how many activities there are; with _PLAIN the index in memory is not used.
const BenchmarkVariable = "CINECIRCLE_FEED_BENCH"

// activities is how many activities the large community has.
func activities(t *testing.T) int {
	t.Helper()
	text := os.Getenv(BenchmarkVariable + "_ACTIVITIES")
	if text == "" {
		return 10_000_000
	}
	return must[int](t)(strconv.Atoi(text))
}

// cursorAt returns the cursor of the list at target after an activity.
func cursorAt(target string, id int) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(target))
	return page.Key{ID: int64(id)}.Cursor(binary.BigEndian.AppendUint64(nil, h.Sum64()))
}

// measured is a request, and the least that it took.
type measured struct {
	name, target string
	by           int64
	yardstick    bool
	wall, cpu    time.Duration
	rows         int
	queries      []string
}

// TestAFeedCostsLittleAtSize measures pages of 50 over HTTP without sockets: a member's own reviews, and the feeds of readers
// who follow 10, 500 and 5,000 members. It prints the shortest time and the least CPU of the process of each, measured in
// turn, and how many queries it makes.
func TestAFeedCostsLittleAtSize(t *testing.T) {
	where := os.Getenv(BenchmarkVariable)
	if where == "" {
		t.Skip("measures only where " + BenchmarkVariable + " names a database")
	}
	k, n := testkit.New(t), activities(t)
	k.DB = large(t, where, n)
	s := newStageOn(t, k)
	s.reviews.Routes(s.Router, k.Zone)
	all := []*measured{{name: "own reviews", target: "/users/me/reviews?limit=50", by: circles[2].reader(), yardstick: true}}
	for _, c := range circles {
		add := func(name, target string) {
			all = append(all, &measured{name: fmt.Sprintf("%d, %s", c.number, c.name) + name, target: target, by: c.reader()})
		}
		add("", "/users/me/feed?limit=50")
		add(", deep", "/users/me/feed?limit=50&cursor="+cursorAt("/users/me/feed?", n/4))
		add(", lists", "/users/me/feed?limit=50&types=list")
		add(", reviews and lists, deep", "/users/me/feed?limit=50&types=list,review&cursor="+cursorAt("/users/me/feed?types=list%2Creview", n/4))
	}
	if os.Getenv(BenchmarkVariable+"_PLAIN") != "" {
		s.feed.NeverIndex()
	} else {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began, cpu := time.Now(), used(t)
		ok(t, s.feed.Fill(t.Context()))
		took, cpu := time.Since(began), used(t)-cpu
		runtime.GC()
		runtime.ReadMemStats(&after)
		t.Logf("the index was filled in %v, %v of CPU, and takes %d KB", took.Round(time.Millisecond), cpu.Round(time.Millisecond), (after.HeapAlloc-before.HeapAlloc)/1024)
	}
	for round := range 20 {
		for _, m := range all {
			s.measure(t, m, round == 1)
		}
	}
	own, ten := all[0], all[1] // ten is the first page of who follows 10 that write all the time
	for i, m := range all {
		t.Logf("%-55s %6d µs, CPU %6d µs, %2d queries, %2d rows: %4.1f (CPU %4.1f) of own reviews, %4.1f (CPU %4.1f) of 10", m.name, m.wall.Microseconds(), m.cpu.Microseconds(),
			len(m.queries), m.rows, ratio(m.wall, own.wall), ratio(m.cpu, own.cpu), ratio(m.wall, ten.wall), ratio(m.cpu, ten.cpu))
		if os.Getenv(BenchmarkVariable+"_QUERIES") != "" && (i < 5 || i == 9) {
			t.Log("\n" + strings.Join(m.queries, "\n"))
		}
	}
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// used returns the CPU time of the process.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	ok(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure makes a request. With watched it notes the queries instead of the time.
func (s *stage) measure(t *testing.T, m *measured, watched bool) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, m.target, http.NoBody)
	token, _, err := s.Tokens.Access(m.by, 1)
	ok(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	if watched {
		defer s.DB.Watch(func(query string, _ []any) { m.queries = append(m.queries, fmt.Sprintf("%.600s", query)) })()
	}
	began, cpu := time.Now(), used(t)
	s.Handler().ServeHTTP(w, req)
	took, cpu := time.Since(began), used(t)-cpu
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", m.name, w.Code, w.Body)
	}
	if !watched && (m.wall == 0 || took < m.wall) {
		m.wall = took
	}
	if !watched && (m.cpu == 0 || cpu < m.cpu) {
		m.cpu = cpu
	}
	m.rows = strings.Count(w.Body.String(), `"created_at":`) / max(1, strings.Count(m.target, "reviews?"))
	if !m.yardstick {
		m.rows = strings.Count(w.Body.String(), `"actor":`)
	}
}
