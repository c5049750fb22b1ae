package limit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

func TestTheFallbackAppliesTheLimitWhenRedisIsDown(t *testing.T) {
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

func TestAFailedRedisIsTriedAgainAfterASecond(t *testing.T) {
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

func TestASilentRedisDelaysOneRequestBy100Milliseconds(t *testing.T) {
	addr := fault.BlackHole(t)
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

func TestACancelledCallDoesNotCountAsAFailureOfRedis(t *testing.T) {
	server := miniredis.RunT(t)
	l, fallback := newTestRedis(t, server.Addr(), newFakeClock(), io.Discard)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := Rate{Count: 100, Per: time.Hour}
	if _, err := Allow(gone, l, "a", r); err != nil {
		t.Fatal(err)
	}
	asked := fallback.asked.Load()
	take(t, l, "a", r)
	if fallback.asked.Load() != asked {
		t.Error("the next caller was sent to the fallback")
	}
}
