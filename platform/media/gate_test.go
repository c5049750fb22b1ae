package media

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const small, large = 1000, largePixels + 1

func enter(t *testing.T, g *gate, pixels int) (leave func()) {
	t.Helper()
	leave, err := g.enter(t.Context(), pixels)
	if err != nil {
		t.Fatalf("enter: %v", err)
	}
	return leave
}

// queue starts n who wait, and returns once they do.
func queue(t *testing.T, ctx context.Context, g *gate, pixels, n int) (errs chan error) {
	t.Helper()
	errs = make(chan error, n)
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	for range n {
		all.Go(func() {
			leave, err := g.enter(ctx, pixels)
			if err == nil {
				leave()
			}
			errs <- err
		})
	}
	for g.waiting.Load() < int64(n) {
		if t.Context().Err() != nil {
			t.Fatal("nobody waits")
		}
		<-time.After(time.Millisecond) // polls: the semaphore tells nobody
	}
	return errs
}

func TestThirdDecodeWaitsForOneOfTwo(t *testing.T) {
	g := newGate()
	first, second := enter(t, g, small), enter(t, g, small)
	third := queue(t, t.Context(), g, small, 1)
	select {
	case err := <-third:
		t.Fatalf("three at once: %v", err)
	default:
	}
	first()
	if err := <-third; err != nil {
		t.Errorf("after one left: %v", err)
	}
	second()
}

func TestLargeImageIsDecodedAlone(t *testing.T) {
	g := newGate()
	leave := enter(t, g, small)
	waiting := queue(t, t.Context(), g, large, 1)
	if g.slots.TryAcquire(1) {
		t.Error("a small image overtakes a large one that waits")
	}
	leave()
	if err := <-waiting; err != nil {
		t.Errorf("after the small one left: %v", err)
	}
}

func TestFullQueueIsBusy(t *testing.T) {
	g := newGate()
	leave := enter(t, g, large)
	errs := queue(t, t.Context(), g, small, maxWaiting)
	_, err := g.enter(t.Context(), small)
	busy, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter != 2*time.Second {
		t.Errorf("got %v, want busy with 2 s", err)
	}
	leave()
	for range maxWaiting {
		if err := <-errs; err != nil {
			t.Errorf("one who waited: %v", err)
		}
	}
	if n := g.waiting.Load(); n != 0 {
		t.Errorf("%d still counted as waiting", n)
	}
}

func TestLongWaitIsBusy(t *testing.T) {
	g := newGate()
	g.maxWait = time.Millisecond
	defer enter(t, g, large)()
	if _, err := g.enter(t.Context(), small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy", err)
	}
}

func TestWhoGoesAwayLeavesTheQueue(t *testing.T) {
	g := newGate()
	leave := enter(t, g, large)
	ctx, cancel := context.WithCancel(t.Context())
	errs := queue(t, ctx, g, small, 1)
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) || errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	leave()
	enter(t, g, large)()
}
