package limit

import (
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"pgregory.net/rapid"
)

// fakeClock stands still until it is told to move.
type fakeClock struct{ nanos atomic.Int64 }

func newFakeClock() *fakeClock {
	c := &fakeClock{}
	c.nanos.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *fakeClock) now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *fakeClock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// take is Allow without the error, which would be a bug here.
func take(t testing.TB, l Limiter, key string, r Rate) time.Duration {
	t.Helper()
	wait, err := Allow(t.Context(), l, key, r)
	if err != nil {
		t.Fatalf("Allow(%q): %v", key, err)
	}
	return wait
}

func TestTheBurstIsExactAndRefillsOneByOne(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	m := NewMemory(clock.now)
	r := Rate{Count: 30, Per: time.Minute, Burst: 5}
	for i := range 5 {
		if wait := take(t, m, "a", r); wait != 0 {
			t.Fatalf("event %d waits %v", i, wait)
		}
	}
	for range 3 { // a refused event costs nothing
		if wait := take(t, m, "a", r); wait != 2*time.Second {
			t.Fatalf("the sixth waits %v, want 2s", wait)
		}
	}
	if wait := take(t, m, "b", r); wait != 0 {
		t.Fatalf("another key waits %v", wait)
	}
	clock.advance(2*time.Second - time.Millisecond)
	if wait := take(t, m, "a", r); wait != time.Millisecond {
		t.Fatalf("1ms early waits %v, want 1ms", wait)
	}
	clock.advance(time.Millisecond)
	if wait := take(t, m, "a", r); wait != 0 {
		t.Fatalf("in time waits %v", wait)
	}
	if wait := take(t, m, "a", r); wait != 2*time.Second {
		t.Fatalf("the next waits %v, want 2s", wait)
	}
}

func TestTheZeroRateAndOffAllowEverything(t *testing.T) {
	t.Parallel()
	m := NewMemory(newFakeClock().now)
	for range 1000 {
		if wait := take(t, m, "a", Rate{}); wait != 0 {
			t.Fatalf("the zero rate refuses for %v", wait)
		}
		if wait := take(t, Off{}, "a", Rate{Count: 1, Per: time.Hour}); wait != 0 {
			t.Fatalf("Off refuses for %v", wait)
		}
	}
	if m.Len() != 0 {
		t.Errorf("the zero rate holds %d buckets", m.Len())
	}
}

func TestResetRestoresTheBurst(t *testing.T) {
	t.Parallel()
	m := NewMemory(newFakeClock().now)
	r := Rate{Count: 1, Per: time.Hour}
	take(t, m, "a", r)
	take(t, m, "b", r)
	m.Reset(t.Context(), "a")
	if wait := take(t, m, "a", r); wait != 0 {
		t.Errorf("after Reset it waits %v", wait)
	}
	if wait := take(t, m, "b", r); wait != time.Hour {
		t.Errorf("another key waits %v, want 1h", wait)
	}
}

// Whatever the rate and the pauses: waiting as long as was said is enough and never longer
// than one refill, and no window holds more than the burst and what came back in it.
func TestAnEventIsAllowedAfterRetryAfterAndNotBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := Rate{
			Count: rapid.IntRange(1, 1000).Draw(rt, "count"),
			Per:   time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(24*time.Hour)).Draw(rt, "per")),
			Burst: rapid.IntRange(0, 20).Draw(rt, "burst"),
		}
		clock := newFakeClock()
		start := clock.now()
		m := NewMemory(clock.now)
		allowed := 0
		for i := range rapid.IntRange(1, 60).Draw(rt, "events") {
			wait := take(t, m, "k", r)
			if wait == 0 {
				allowed++
				continue
			}
			if wait > r.refill(1)+1 {
				rt.Fatalf("event %d of %v waits %v, longer than one refill", i, r, wait)
			}
			clock.advance(wait)
			if again := take(t, m, "k", r); again != 0 {
				rt.Fatalf("event %d of %v waited %v, and then %v again", i, r, wait, again)
			}
			allowed++
		}
		most := float64(r.burst()) + clock.now().Sub(start).Seconds()*r.perSecond()
		rounding := float64(allowed) * 1e-9 * r.perSecond() // each may come a nanosecond early
		if float64(allowed) > most+rounding+1e-6 {
			rt.Fatalf("%d allowed in %v under %v, want at most %v", allowed, clock.now().Sub(start), r, most)
		}
	})
}

func TestConcurrentCallersShareExactlyTheBurst(t *testing.T) {
	t.Parallel()
	m := NewMemory(newFakeClock().now)
	r := Rate{Count: 100, Per: time.Hour}
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				if take(t, m, "shared", r) == 0 {
					allowed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if allowed.Load() != 100 {
		t.Errorf("%d of 800 were allowed, want 100", allowed.Load())
	}
}

func TestAClockThatIsSetBackLocksNobodyOut(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	m := NewMemory(clock.now)
	r := Rate{Count: 1, Per: time.Minute}
	take(t, m, "a", r)
	clock.advance(-time.Hour)
	if wait := take(t, m, "a", r); wait > time.Minute {
		t.Errorf("it waits %v, want at most a minute", wait)
	}
	clock.advance(time.Minute)
	if wait := take(t, m, "a", r); wait != 0 {
		t.Errorf("a minute later it waits %v", wait)
	}
}

func TestAChangedRateAppliesFromTheNextEvent(t *testing.T) {
	t.Parallel()
	m := NewMemory(newFakeClock().now)
	take(t, m, "a", Rate{Count: 100, Per: time.Hour})
	for range 3 {
		take(t, m, "a", Rate{Count: 3, Per: time.Hour})
	}
	if wait := take(t, m, "a", Rate{Count: 3, Per: time.Hour}); wait != 20*time.Minute {
		t.Errorf("it waits %v, want 20m", wait)
	}
}

// limiters are the two that count, on one clock.
func limiters(t *testing.T) (map[string]Limiter, func(time.Duration)) {
	t.Helper()
	clock, server := newFakeClock(), miniredis.RunT(t)
	server.SetTime(clock.now())
	shared, _ := newTestRedis(t, server.Addr(), clock, io.Discard)
	return map[string]Limiter{"memory": NewMemory(clock.now), "redis": shared}, func(d time.Duration) {
		clock.advance(d)
		server.SetTime(clock.now())
	}
}

func TestAQuotaSaysWhatIsLeftAndWhenThereIsMore(t *testing.T) {
	all, advance := limiters(t)
	r := Rate{Count: 30, Per: time.Minute, Burst: 5}
	near := func(got, want time.Duration) bool { return got > want-time.Millisecond && got < want+time.Millisecond }
	for _, step := range []struct {
		n                int
		remaining        int
		next, retryAfter time.Duration
		pause            time.Duration // after it
	}{
		{n: 1, remaining: 4, next: 2 * time.Second},
		{n: 3, remaining: 1, next: 2 * time.Second, pause: time.Second},
		{n: 2, remaining: 1, next: time.Second, retryAfter: time.Second}, // refused as a whole
		{n: 1, remaining: 0, next: time.Second},
		{n: 1, remaining: 0, next: time.Second, retryAfter: time.Second},
		{n: -2, remaining: 2, next: time.Second, pause: time.Hour},
		{n: 5, remaining: 0, next: 2 * time.Second},
	} {
		for name, l := range all {
			q, err := l.Take(t.Context(), "a", r, step.n)
			if err != nil {
				t.Fatal(err)
			}
			if q.Remaining != step.remaining || !near(q.Next, step.next) || !near(q.RetryAfter, step.retryAfter) {
				t.Errorf("%s: taking %d gives %+v; want %d, %v, %v", name, step.n, q, step.remaining, step.next, step.retryAfter)
			}
		}
		advance(step.pause)
	}
}
