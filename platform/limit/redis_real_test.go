package limit

import (
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// redisVariable names a real Redis to test on; make test-redis starts one.
const redisVariable = "CINECIRCLE_TEST_REDIS"

// onRealRedis returns a limiter of its own client on the Redis that the variable names.
func onRealRedis(t *testing.T) (l *Redis, fallback *counting, ok bool) {
	t.Helper()
	url := os.Getenv(redisVariable)
	if url == "" {
		t.Logf("needs a Redis in %s", redisVariable)
		return nil, nil, false
	}
	client, err := Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Ping(t.Context()).Err(); err != nil { // so that no first dial counts against its patience
		t.Fatalf("%s: %v", redisVariable, err)
	}
	fallback = &counting{Memory: NewMemory(time.Now)}
	return NewRedis(client, fallback, slog.New(slog.DiscardHandler)), fallback, true
}

func TestInstancesShareOneLimitThroughARealRedis(t *testing.T) {
	r := Rate{Count: 1, Per: time.Hour, Burst: 20}
	key := uuid.NewString()
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		l, fallback, ok := onRealRedis(t)
		if !ok {
			return
		}
		wg.Go(func() {
			for range 40 {
				if take(t, l, key, r) == 0 {
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

func TestARealRedisReturnsRetryAfter(t *testing.T) {
	l, fallback, ok := onRealRedis(t)
	if !ok {
		return
	}
	r := Rate{Count: 5, Per: time.Second, Burst: 1}
	key := uuid.NewString()
	if wait := take(t, l, key, r); wait != 0 {
		t.Fatalf("the first waits %v", wait)
	}
	wait := take(t, l, key, r)
	if wait <= 0 || wait > 200*time.Millisecond {
		t.Fatalf("it waits %v, want up to 200ms", wait)
	}
	<-time.After(wait + 10*time.Millisecond)
	if again := take(t, l, key, r); again != 0 {
		t.Errorf("after %v it waits another %v", wait, again)
	}
	if n := fallback.asked.Load(); n != 0 {
		t.Errorf("the fallback was asked %d times while Redis answered", n)
	}
}

func TestResetReachesARealRedis(t *testing.T) {
	l, _, ok := onRealRedis(t)
	if !ok {
		return
	}
	r := Rate{Count: 1, Per: time.Hour}
	key := uuid.NewString()
	take(t, l, key, r)
	if take(t, l, key, r) == 0 {
		t.Fatal("there is no limit")
	}
	l.Reset(t.Context(), key)
	if wait := take(t, l, key, r); wait != 0 {
		t.Errorf("after Reset it waits %v", wait)
	}
}

func TestARealRedisGivesEventsBack(t *testing.T) {
	l, _, ok := onRealRedis(t)
	if !ok {
		return
	}
	r, key := Rate{Count: 3, Per: time.Hour}, uuid.NewString()
	for _, step := range []struct {
		n, remaining int
		allowed      bool
	}{{3, 0, true}, {1, 0, false}, {-1, 1, true}, {2, 1, false}, {1, 0, true}, {1, 0, false}} {
		q, err := l.Take(t.Context(), key, r, step.n)
		if err != nil || q.Remaining != step.remaining || (q.RetryAfter == 0) != step.allowed || q.Next <= 0 || q.Next > 20*time.Minute {
			t.Errorf("taking %d gives %+v, %v; want %d left, allowed %t", step.n, q, err, step.remaining, step.allowed)
		}
	}
}
