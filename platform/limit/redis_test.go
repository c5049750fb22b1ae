package limit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// counting is a fallback that notes how often it was asked.
type counting struct {
	*Memory
	asked, reset atomic.Int64
}

func (c *counting) Allow(ctx context.Context, key string, r Rate) (time.Duration, error) {
	c.asked.Add(1)
	return c.Memory.Allow(ctx, key, r)
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

func TestInstancesShareOneLimitThroughRedis(t *testing.T) {
	server := miniredis.RunT(t)
	clock := newFakeClock()
	server.SetTime(clock.now())
	r := Rate{Count: 30, Per: time.Minute, Burst: 20}
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		l, fallback := newTestRedis(t, server.Addr(), clock, io.Discard)
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

func TestRedisSaysWhenToComeAgain(t *testing.T) {
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

func TestKeysInRedisAreBoundedAndOurs(t *testing.T) {
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

func TestWithRedisDownTheFallbackHoldsTheLimit(t *testing.T) {
	server := miniredis.RunT(t)
	clock := newFakeClock()
	var log bytes.Buffer
	l, fallback := newTestRedis(t, server.Addr(), clock, &log)
	r := Rate{Count: 3, Per: time.Hour}
	take(t, l, "a", r)
	server.Close()
	allowed := 0
	for range 100 {
		if take(t, l, "a", r) == 0 {
			allowed++
		}
	}
	if allowed != 3 || fallback.asked.Load() != 100 {
		t.Errorf("%d allowed by %d questions to the fallback, want 3 by 100", allowed, fallback.asked.Load())
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 {
		t.Errorf("%d warnings, want 1:\n%s", n, log.String())
	}
}

func TestAFailedRedisIsLeftAloneForASecondAndThenTriedByOne(t *testing.T) {
	server := miniredis.RunT(t)
	clock := newFakeClock()
	var log bytes.Buffer
	l, fallback := newTestRedis(t, server.Addr(), clock, &log)
	r := Rate{Count: 1000, Per: time.Hour}
	take(t, l, "a", r)
	before := server.CommandCount()
	server.SetError("LOADING Redis is loading the dataset in memory")
	take(t, l, "a", r)
	tried := server.CommandCount() - before

	server.SetError("")
	for range 50 { // it would answer now, but its second is not over
		take(t, l, "a", r)
	}
	if n := server.CommandCount() - before - tried; n != 0 {
		t.Errorf("Redis had %d commands in its second of rest", n)
	}
	clock.advance(redisRest)
	asked := fallback.asked.Load()
	take(t, l, "a", r)
	take(t, l, "a", r)
	if fallback.asked.Load() != asked {
		t.Error("Redis answers again and was not asked")
	}
	if !strings.Contains(log.String(), "again") {
		t.Errorf("the recovery is not in the log:\n%s", log.String())
	}
}

func TestOnlyOneCallerASecondTriesAFailedRedis(t *testing.T) {
	clock := newFakeClock()
	l, _ := newTestRedis(t, "127.0.0.1:1", clock, io.Discard)
	take(t, l, "a", Rate{Count: 1, Per: time.Hour})
	clock.advance(redisRest)
	var through atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if l.mayTry() {
				through.Add(1)
			}
		})
	}
	wg.Wait()
	if through.Load() != 1 {
		t.Errorf("%d callers went through, want 1", through.Load())
	}
}

func TestASilentRedisCostsARequestATenthOfASecondOnce(t *testing.T) {
	addr := blackHole(t)
	l, fallback := newTestRedis(t, addr, newFakeClock(), io.Discard)
	r := Rate{Count: 5, Per: time.Hour}
	start := time.Now()
	allowed := 0
	for i := range 100 {
		if take(t, l, fmt.Sprint("k", i%2), r) == 0 {
			allowed++
		}
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("100 events took %v, want little more than 100ms", took)
	}
	if allowed != 10 || fallback.asked.Load() != 100 {
		t.Errorf("%d allowed by %d questions to the fallback, want 10 by 100", allowed, fallback.asked.Load())
	}
}

func TestACallerThatGoesAwayDoesNotGiveRedisABadName(t *testing.T) {
	server := miniredis.RunT(t)
	l, fallback := newTestRedis(t, server.Addr(), newFakeClock(), io.Discard)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := Rate{Count: 100, Per: time.Hour}
	if _, err := l.Allow(gone, "a", r); err != nil {
		t.Fatal(err)
	}
	asked := fallback.asked.Load()
	take(t, l, "a", r)
	if fallback.asked.Load() != asked {
		t.Error("the next caller was sent to the fallback")
	}
}

func TestABadRedisURLIsRefusedWithoutItsPassword(t *testing.T) {
	for _, url := range []string{"", "localhost:6379", "http://:hunter2@localhost", "redis://:hunter2@local host/x"} {
		_, err := Connect(url)
		if err == nil {
			t.Errorf("%q was accepted", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestCheckTellsWhetherRedisAnswers(t *testing.T) {
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

// blackHole accepts connections and never answers.
func blackHole(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	return ln.Addr().String()
}
