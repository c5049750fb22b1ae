package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheReportSaysWhatIsMissed(t *testing.T) {
	r := report{
		options: options{rounds: 5, n: 2000, conns: 2}, machine: "2 cores", program: "v1",
		rows: []row{
			{benchCase: benchCase{name: "GET film", target: targetFilm}, cpu: 101, static: 20, sql: 40, toStatic: 5, toSQL: 2.5},
			{benchCase: benchCase{name: "GET list", target: targetList}, cpu: 229, static: 20, sql: 200, toStatic: 11, toSQL: 1.1},
			{benchCase: benchCase{name: "sign in"}, cpu: 1700, static: 20, toStatic: 85},
		},
		start: []time.Duration{3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond},
		idle:  memory{31e6, 16e6},
		realtime: &realtime{
			alone: delays{900 * time.Microsecond, 7 * time.Millisecond}, sockets: 1000, perSocket: 28.1e3,
		},
	}
	var b strings.Builder
	if err := r.print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| GET film | 101 µs | 50 µs | **no** | 20 µs | 40 µs | 5.0 | 2.5 (1.3) |",
		"| GET list | 229 µs | 230 µs | yes, reached | 20 µs | 200 µs | 11.0 | 1.1 (1.2) |",
		"| sign in | 1700 µs | – | – | 20 µs | – | 85.0 | – |",
		"median of 3 | 2.00 ms |",
		"| resident memory after the start, and without pages of files | 31.0 MB, 16.0 MB | 30.0 MB | yes |",
		"| like → frame, p50 | 0.90 ms | 1.00 ms | yes, reached |",
		"| like → frame, p99 | 7.00 ms | 3.00 ms | **no** |",
		"| memory of an idle socket | 28.1 KB | 14 KB | **no** |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}
