package ops

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestEachChangeOfAPartIsLoggedOnceWithItsCause has a part that is down at the start, and one that goes down later.
func TestEachChangeOfAPartIsLoggedOnceWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		var failures sync.Map
		failures.Store("storage", errors.New("no such bucket"))
		var checks []Check
		for _, name := range []string{"database", "storage", "broker"} {
			checks = append(checks, Check{Name: name, Optional: name != "database", Run: func(context.Context) error {
				err, _ := failures.Load(name)
				failure, _ := err.(error)
				return failure
			}})
		}
		ctx, cancel := context.WithCancel(t.Context())
		h := NewHealth(Build{}, checks...)
		ended := make(chan error)
		go func() { ended <- h.Watch(ctx, log) }()
		expect := func(after time.Duration, want ...string) {
			t.Helper()
			<-time.After(after) // of the test's own clock
			synctest.Wait()
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			out.Reset()
			for i, line := range lines {
				if _, line, _ = strings.Cut(line, " "); i >= len(want) && line != "" || i < len(want) && line != want[i] {
					t.Errorf("line %d is %s, want %q", i, line, want)
				}
			}
			if len(want) > len(lines) {
				t.Errorf("the log has %q, want %q", lines, want)
			}
		}
		expect(firstWatch, `level=WARN msg="a part is down" part=storage required=false error="no such bucket"`)
		expect(10 * watchEvery)
		failures.Store("database", errors.New("read-only"))
		expect(watchEvery, `level=WARN msg="a part is down" part=database required=true error=read-only`)
		failures.Delete("storage")
		failures.Store("broker", errors.New("NOPERM"))
		expect(watchEvery, `level=INFO msg="a part works again" part=storage`, `level=WARN msg="a part is down" part=broker required=false error=NOPERM`)
		failures.Delete("database")
		expect(watchEvery, `level=INFO msg="a part works again" part=database`)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
