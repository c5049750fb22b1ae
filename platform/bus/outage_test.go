package bus

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

func TestBusRecoversFromAnOutage(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	a, b, boxA, boxB := pair(t, "redis://"+server.Addr())
	for round := range 3 {
		server.Close()
		eventually(t, "the outage is detected", func() bool { return a.Check(t.Context()) != nil && b.Check(t.Context()) != nil })
		during := fmt.Sprint("during ", round)
		a.Publish("wake", during)
		if boxA.count(during) != 1 {
			t.Errorf("%q arrived %d times locally, want once", during, boxA.count(during))
		}
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "both are connected again", func() bool { return connected(a)() && connected(b)() })
		after := fmt.Sprint("after ", round)
		a.Publish("wake", after)
		eventually(t, "messages arrive again", func() bool { return boxB.count(after) > 0 })
		for _, p := range []string{during, after} {
			if n := boxB.count(p); n > 1 {
				t.Errorf("%q arrived %d times, want once at most", p, n)
			}
		}
	}
}

func TestRedisMayBeDownAtStart(t *testing.T) {
	t.Parallel()
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	addr := server.Addr()
	server.Close()
	a, b := newTestBus(t, "redis://"+addr), newTestBus(t, "redis://"+addr)
	var box inbox
	b.Subscribe("wake", box.put)
	start(t, a)
	start(t, b)
	a.Publish("wake", "early")
	if err := b.Check(t.Context()); err == nil {
		t.Error("Check returned nil while Redis is down")
	}
	if err := server.StartAddr(addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	eventually(t, "both are connected", func() bool { return connected(a)() && connected(b)() })
	a.Publish("wake", "late")
	eventually(t, "messages arrive", func() bool { return box.count("late") == 1 })
}

func TestPublishDoesNotWaitForRedis(t *testing.T) {
	for name, addr := range map[string]string{"down": "127.0.0.1:1", "silent": fault.BlackHole(t)} {
		t.Run(name, func(t *testing.T) {
			b := newTestBus(t, "redis://"+addr)
			var box inbox
			b.Subscribe("wake", box.put)
			start(t, b)
			const n = 10 * queueSize
			begin := time.Now()
			for range n {
				b.Publish("wake", "x")
			}
			each := time.Since(begin) / n
			t.Logf("%v each", each)
			if each > 200*time.Microsecond {
				t.Errorf("Publish takes %v, want microseconds", each)
			}
			if len(box.all()) != n {
				t.Errorf("%d of %d were delivered locally", len(box.all()), n)
			}
			// All but the queue and the current batch are lost.
			if lost := b.Dropped(); lost < n-queueSize-batchSize || lost > n {
				t.Errorf("%d of %d are counted as dropped", lost, n)
			}
		})
	}
}

func TestFullQueueKeepsTheNewestMessages(t *testing.T) {
	t.Parallel()
	b := newTestBus(t, "redis://127.0.0.1:1")
	t.Cleanup(func() { _ = b.client.Close() })
	for i := range queueSize + 10 {
		b.Publish("wake", fmt.Sprint(i))
	}
	if b.Dropped() != 10 {
		t.Errorf("%d were dropped, want 10", b.Dropped())
	}
	if m := <-b.queue; !strings.HasSuffix(m.body, " 10") {
		t.Errorf("the oldest kept is %q, want 10", m.body)
	}
}

func TestConcurrentPublishersOfAFullQueueAllReturn(t *testing.T) {
	t.Parallel()
	b := newTestBus(t, "redis://127.0.0.1:1")
	t.Cleanup(func() { _ = b.client.Close() })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range queueSize {
				b.Publish("wake", "x")
			}
		})
	}
	wg.Wait()
	if b.Dropped() != 7*queueSize {
		t.Errorf("%d were dropped, want %d", b.Dropped(), 7*queueSize)
	}
}

func TestRunEndsInTimeWhenRedisIsSilent(t *testing.T) {
	t.Parallel()
	b := newTestBus(t, "redis://"+fault.BlackHole(t))
	b.Subscribe("wake", func(string) {})
	stop := start(t, b)
	b.Publish("wake", "x")
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("Run took %v to return", took)
	}
}

func TestBrokenSubscriptionIsReplaced(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	proxy := fault.NewProxy(t, server.Addr())
	b := newTestBus(t, "redis://"+proxy.Addr)
	b.quiet = 50 * time.Millisecond
	var box inbox
	b.Subscribe("wake", box.put)
	start(t, b)
	eventually(t, "it is connected", connected(b))
	proxy.Drop() // packets vanish without a reset
	eventually(t, "the broken connection is detected", func() bool { return !b.subscribed.Load() })
	proxy.Resume()
	eventually(t, "it is connected again", connected(b))
	server.Publish("cinecircle:0:wake", "OTHER hello")
	eventually(t, "messages arrive again", func() bool { return box.count("hello") == 1 })
}
