package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// newRecord returns a record with kinds with and without target and yardstick.
func newRecord(film, rare float64) *record {
	r := &record{}
	r.note("size", "some films")
	r.note("machine", "2 cores, commit abc123")
	add := func(name string, cpu, sql float64) {
		s := sample{name: name, n: 1000}
		s.add(cpu*1e3, unitCPU)
		s.add(20e3, unitStatic)
		s.add(cpu/20, unitToStatic)
		if sql > 0 {
			s.add(sql*1e3, unitSQL)
			s.add(cpu/sql, unitToSQL)
		}
		s.add(125, unitObjects)
		s.add(9300, unitBytes)
		s.add(0.2e6, unitP50)
		s.add(1.5e6, unitP99)
		s.add(400, unitRate)
		r.samples = append(r.samples, s)
	}
	add("GetFilm", film, 40)
	add("SearchRare", rare, 1000)
	add("SignIn", 1700, 0)
	r.single("Start", 34e6, unitTime)
	r.single("IdleMemory", 31e6, unitMemory)
	r.single("LikeToFrame0", 0.9e6, unitP50)
	r.single("LikeToFrame0", 7e6, unitP99)
	return r
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, want := range parts {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}

func TestTablesSayWhichTargetsAreMissed(t *testing.T) {
	t.Parallel()
	wantAll(t, tables(newRecord(49, 1500)),
		"- size: some films\n", "cheapest answer of static net/http: 20 µs",
		"| GET /movies/{id} | 49 µs | 50 µs | reached | 2.5× | 1.2× | 0.20 ms | 1.50 ms | 400/s | 125 | 9.3 KB |",
		"| GET /movies?title=…, a rare word | 1500 µs | 500 µs | **missed, 3.0×** |",
		"| POST /users/login, bcrypt at minimum cost | 1700 µs | – |  | 85.0× | – |",
		"first 200 of /healthz | 34.00 ms | 300.00 ms | reached |",
		"| resident memory after the start | 31.0 MB | 30.0 MB | missed, within 2× |",
		"| like → frame, p50 | 0.90 ms | 1.00 ms | reached |",
		"| like → frame, p99 | 7.00 ms | 3.00 ms | **missed, 2.3×** |")
}

func TestGrowthNamesTheKindsThatAreNotFlat(t *testing.T) {
	t.Parallel()
	wantAll(t, growth(newRecord(50, 1000), newRecord(100, 140_000)),
		"| GET /movies/{id} | 50 µs | 100 µs | 2.0×, flat |",
		"| 1000 µs | 140000 µs | **140.0×, not flat** | 1.0× | 140.0× |",
		"- commits: abc123; abc123")
}

func TestRenderKeepsTextOutsideTheMarks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := filepath.Join(dir, "performance.md")
	var text strings.Builder
	text.WriteString("# By hand\n")
	for _, name := range []string{"small", "large", "growth", "mysql"} {
		text.WriteString("<!-- begin " + name + " -->\nold\n<!-- end " + name + " -->\nbetween\n")
	}
	save(t, page, text.String())
	var kept strings.Builder
	if err := newRecord(49, 1500).write(&kept); err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, "bench", recordSmall), kept.String())
	save(t, filepath.Join(dir, "bench", recordLarge), kept.String())
	for range 2 { // rendering is idempotent
		if err := renderDocs(page); err != nil {
			t.Fatal(err)
		}
		got := load(t, page)
		wantAll(t, got, "# By hand\n", "| GET /movies/{id} | 49 µs |", "1.0×, flat", "Not measured yet.")
		if strings.Contains(got, "old") || strings.Count(got, "between") != 4 || strings.Count(got, "Not measured yet.") != 1 {
			t.Errorf("the page is\n%s", got)
		}
	}
	for _, name := range []string{"performance-small.svg", "performance-large.svg", "performance-growth.svg"} {
		wellFormed(t, load(t, filepath.Join(dir, name)))
	}
	save(t, page, "no marks")
	if err := renderDocs(page); err == nil {
		t.Error("rendering a page without marks succeeds")
	}
}

func save(t *testing.T, file, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
}

func TestPlotShowsEveryValueWithinItsBounds(t *testing.T) {
	t.Parallel()
	d := dots{series: []string{"a", "b"}, rows: []dotRow{{"<one>", []float64{30, 0}, 50}, {"two", []float64{700, 3}, 0}}, show: micros}
	if low, high := d.bounds(); low != 2 || high != 1000 {
		t.Errorf("bounds are %v and %v, want 2 and 1000", low, high)
	}
	svg := d.svg()
	wellFormed(t, svg)
	if got := strings.Count(svg, "<circle"); got != 5 {
		t.Errorf("%d dots, want 3 and 2 in the legend", got)
	}
	if low, high := (dots{}).bounds(); low >= high {
		t.Errorf("bounds of nothing are %v and %v", low, high)
	}
}

func TestTableOfSocketsHasAColumnForEachNumber(t *testing.T) {
	t.Parallel()
	r := newRecord(49, 1500)
	if strings.Contains(tables(r), "idle sockets") {
		t.Error("a record without sockets has a table of sockets")
	}
	for _, n := range []int{19_000, 10_000} {
		f := socketFigures{held: n, perSocket: 13.5e3, total: harness.Memory{Resident: 300e6, Anonymous: 250e6}, idleCPU: 0.021, loaded: delays{1e6, 5e6}}
		f.tabs = pushes{frames: 200_000, took: 4 * time.Second, cpu: 2 * time.Second}
		r.addSockets(f)
	}
	wantAll(t, tables(r),
		"| idle sockets, one of each member | 10000 | 19000 | target | |\n|---|---|---|---|---|\n",
		"| memory of an idle socket | 13.5 KB | 13.5 KB | 14.0 KB | reached |",
		"| CPU of the idle server, of one core | 2.1 % | 2.1 % | – | |",
		"| pushes to 400 sockets of one member | 50000/s | 50000/s | 95000/s | missed, within 2× |\n| server CPU of each push | 10 µs | 10 µs | – | |")
}
