package bus

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

var (
	_ Bus = (*Memory)(nil)
	_ Bus = (*Redis)(nil)
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inbox records what a subscriber gets.
type inbox struct {
	mu  sync.Mutex
	got []string
}

func (i *inbox) put(payload string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, payload)
}

func (i *inbox) all() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.got)
}

func (i *inbox) count(payload string) int {
	n := 0
	for _, p := range i.all() {
		if p == payload {
			n++
		}
	}
	return n
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !cond(); <-time.After(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20s", what)
		}
	}
}

func TestPublishDeliversLocallyBeforeItReturns(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	var first, second, other inbox
	m.Subscribe("wake", first.put)
	m.Subscribe("wake", second.put)
	m.Subscribe("end", other.put)
	m.Publish("wake", "7")
	m.Publish("wake", "8")
	m.Publish("nobody", "9")
	for _, box := range []*inbox{&first, &second} {
		if diff := cmp.Diff([]string{"7", "8"}, box.all()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if got := other.all(); len(got) != 0 {
		t.Errorf("a subscriber of another topic got %q", got)
	}
}

func TestSubscriberMayPublish(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	var box inbox
	m.Subscribe("a", func(p string) { m.Publish("b", p+"!") })
	m.Subscribe("b", box.put)
	m.Publish("a", "x")
	if diff := cmp.Diff([]string{"x!"}, box.all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPublishAndSubscribeAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	var box inbox
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				m.Publish("a", "x")
			}
		})
		wg.Go(func() { m.Subscribe("a", box.put) })
	}
	wg.Wait()
	before := len(box.all())
	m.Publish("a", "x")
	if n := len(box.all()) - before; n != 8 {
		t.Errorf("%d of 8 subscribers were called", n)
	}
}

func TestMemoryRunsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	if err := m.Check(ctx); err != nil {
		t.Errorf("Check: %v", err)
	}
	select {
	case err := <-done:
		t.Fatalf("Run returned %v before its context ended", err)
	default:
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}
