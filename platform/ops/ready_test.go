package ops

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallersShareTheChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		var failure error
		h := NewHealth(Build{}, Check{Name: "storage", Run: func(context.Context) error {
			runs.Add(1)
			<-time.After(checkTimeout / 4) // of the test's own clock
			return failure
		}})
		all := func(want string) {
			t.Helper()
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					if got := h.look(t.Context()); got.Status != want {
						t.Errorf("status %s, want %s", got.Status, want)
					}
				})
			}
			wg.Wait()
		}
		all(ok)
		failure = errors.New("gone")
		all(ok)
		if n := runs.Load(); n != 1 {
			t.Errorf("the storage was checked %d times for 100 callers, want once", n)
		}
		<-time.After(checkEvery)
		all(down)
		if n := runs.Load(); n != 2 {
			t.Errorf("the storage was checked %d times, want twice", n)
		}
	})
}

// The caller whose request begins the checks may leave; the others still get their results.
func TestChecksOutliveTheirCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHealth(Build{}, Check{Name: "storage", Run: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
				return nil
			}
		}})
		ctx, cancel := context.WithCancel(t.Context())
		go h.look(ctx)
		synctest.Wait()
		cancel()
		if got := h.look(t.Context()); got.Status != ok {
			t.Errorf("status %s, want ok", got.Status)
		}
	})
}

func TestACheckThatHangsIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHealth(Build{}, Check{Name: "storage", Run: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		if got := h.look(t.Context()); got.Status != down {
			t.Errorf("status %s, want down", got.Status)
		}
	})
}
