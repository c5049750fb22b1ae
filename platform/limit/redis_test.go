package limit

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// counting is a fallback that notes how often it was asked.
type counting struct {
	*Memory
	asked, reset atomic.Int64
}

func (c *counting) Take(ctx context.Context, key string, r Rate, n int) (Quota, error) {
	c.asked.Add(1)
	return c.Memory.Take(ctx, key, r, n)
}

func (c *counting) Reset(ctx context.Context, key string) {
	c.reset.Add(1)
	c.Memory.Reset(ctx, key)
}

// newTestRedis returns a limiter over addr whose own sense of time is clock.
func newTestRedis(t *testing.T, addr string, clock *fakeClock, log io.Writer) (*Redis, *counting) {
	t.Helper()
	client, err := Connect("redis://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	fallback := &counting{Memory: NewMemory(clock.now)}
	l := NewRedis(client, fallback, slog.New(slog.NewTextHandler(log, nil)))
	l.clock = clock.now
	return l, fallback
}

// The tests with a Redis are not parallel: it has 100 ms to answer, and other tests may use the processor for longer.

func TestInstancesShareOneLimitThroughRedis(t *testing.T) {
	server := miniredis.RunT(t)
	clock := newFakeClock()
	server.SetTime(clock.now())
	r := Rate{Count: 30, Per: time.Minute, Burst: 20}
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		l, fallback := newTestRedis(t, server.Addr(), clock, io.Discard)
		if client, ok := l.client.(*redis.Client); ok { // a busy machine may take longer than requests wait
			l.patience, l.rates = time.Minute, redis_rate.NewLimiter(client.WithTimeout(time.Minute))
		}
		wg.Go(func() {
			for range 40 {
				if take(t, l, "shared", r) == 0 {
					allowed.Add(1)
				}
			}
			if n := fallback.asked.Load(); n != 0 {
				t.Errorf("the fallback was asked %d times while Redis answered", n)
			}
		})
	}
	wg.Wait()
	if allowed.Load() != 20 {
		t.Errorf("%d of 120 were allowed, want 20", allowed.Load())
	}
}

func TestRedisReturnsRetryAfter(t *testing.T) {
	server := miniredis.RunT(t)
	clock := newFakeClock()
	server.SetTime(clock.now())
	l, _ := newTestRedis(t, server.Addr(), clock, io.Discard)
	r := Rate{Count: 30, Per: time.Minute, Burst: 2}
	take(t, l, "a", r)
	take(t, l, "a", r)
	wait := take(t, l, "a", r)
	if wait < 1999*time.Millisecond || wait > 2001*time.Millisecond {
		t.Fatalf("it waits %v, want 2s", wait)
	}
	server.SetTime(clock.now().Add(wait + time.Millisecond))
	if again := take(t, l, "a", r); again != 0 {
		t.Errorf("after %v it waits another %v", wait, again)
	}
	if wait := take(t, l, "b", Rate{}); wait != 0 {
		t.Errorf("the zero rate waits %v", wait)
	}
}

func TestResetReachesRedisAndTheFallback(t *testing.T) {
	server := miniredis.RunT(t)
	l, fallback := newTestRedis(t, server.Addr(), newFakeClock(), io.Discard)
	r := Rate{Count: 1, Per: time.Hour}
	take(t, l, "a", r)
	l.Reset(t.Context(), "a")
	if wait := take(t, l, "a", r); wait != 0 {
		t.Errorf("after Reset it waits %v", wait)
	}
	if fallback.reset.Load() != 1 {
		t.Error("the fallback still remembers")
	}
}

func TestKeysInRedisAreBoundedAndPrefixed(t *testing.T) {
	server := miniredis.RunT(t)
	l, _ := newTestRedis(t, server.Addr(), newFakeClock(), io.Discard)
	r := Rate{Count: 1, Per: time.Hour}
	long := strings.Repeat("k", 100_000)
	take(t, l, long, r)
	if wait := take(t, l, long+"2", r); wait != 0 {
		t.Errorf("two long keys share a limit")
	}
	if wait := take(t, l, long, r); wait == 0 {
		t.Errorf("a long key has no limit")
	}
	for _, key := range server.Keys() {
		if len(key) > 128 || !strings.HasPrefix(key, "rate:cinecircle:") {
			t.Errorf("key %.150q", key)
		}
	}
}

func TestAnInvalidRedisURLIsRefusedWithoutShowingItsPassword(t *testing.T) {
	for _, url := range []string{"", "localhost:6379", "http://:hunter2@localhost", "redis://:hunter2@local host/x"} {
		_, err := Connect(url)
		if err == nil {
			t.Errorf("%q was accepted", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestCheckReportsWhetherRedisAnswers(t *testing.T) {
	server := miniredis.RunT(t)
	l, _ := newTestRedis(t, server.Addr(), newFakeClock(), io.Discard)
	if err := l.Check(t.Context()); err != nil {
		t.Errorf("with Redis up: %v", err)
	}
	server.Close()
	if err := l.Check(t.Context()); err == nil {
		t.Error("with Redis down Check says nothing")
	}
}
