package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
)

func newTestBus(t *testing.T, url string) *Redis {
	t.Helper()
	b, err := NewRedis(url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// start runs the bus until the test ends or stop is called. It fails the test unless Run then returns nil
// within ten seconds.
func start(t *testing.T, b *Redis) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Run does not return")
		}
	})
	t.Cleanup(stop)
	return stop
}

func connected(b *Redis) func() bool {
	return func() bool { return b.Check(context.Background()) == nil }
}

// pair returns two connected instances, each with what it got for the topic "wake".
func pair(t *testing.T, url string) (a, b *Redis, boxA, boxB *inbox) {
	t.Helper()
	a, b = newTestBus(t, url), newTestBus(t, url)
	boxA, boxB = &inbox{}, &inbox{}
	a.Subscribe("wake", boxA.put)
	b.Subscribe("wake", boxB.put)
	start(t, a)
	start(t, b)
	eventually(t, "both are connected", func() bool { return connected(a)() && connected(b)() })
	return a, b, boxA, boxB
}

func TestMessagesReachTheOtherInstanceExactlyOnce(t *testing.T) {
	t.Parallel()
	a, b, boxA, boxB := pair(t, "redis://"+miniredis.RunT(t).Addr())
	var want []string
	for i := range 500 {
		p := fmt.Sprint("a", i)
		a.Publish("wake", p)
		want = append(want, p)
	}
	if diff := cmp.Diff(want, boxA.all()); diff != "" {
		t.Errorf("delivered locally when Publish returned (-want +got):\n%s", diff)
	}
	eventually(t, "the other instance has them all", func() bool { return len(boxB.all()) >= 500 })
	b.Publish("wake", "done") // arrives after any duplicates
	eventually(t, "the answer arrives", func() bool { return boxA.count("done") > 0 })
	a.Publish("wake", "done too")
	eventually(t, "the last one arrives", func() bool { return boxB.count("done too") > 0 })
	want = append(want, "done", "done too")
	for name, box := range map[string]*inbox{"a": boxA, "b": boxB} {
		if diff := cmp.Diff(want, box.all()); diff != "" {
			t.Errorf("instance %s (-want +got):\n%s", name, diff)
		}
	}
	if n := a.Dropped() + b.Dropped(); n != 0 {
		t.Errorf("%d were dropped", n)
	}
}

func TestPayloadsArriveUnchanged(t *testing.T) {
	t.Parallel()
	a, _, _, boxB := pair(t, "redis://"+miniredis.RunT(t).Addr())
	want := []string{
		"", " ", "a b  c", "한글 🎬", "line\nline\r\n", "nul\x00byte", "\xff\xfe not UTF-8", `{"json": "\"}`,
		"cinecircle:0:wake", strings.Repeat("x", 100_000), "end",
	}
	for _, p := range want {
		a.Publish("wake", p)
	}
	eventually(t, "the last one arrives", func() bool { return boxB.count("end") > 0 })
	if diff := cmp.Diff(want, boxB.all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTopicsAndDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	a, b := newTestBus(t, "redis://"+server.Addr()+"/0"), newTestBus(t, "redis://"+server.Addr()+"/0")
	stranger := newTestBus(t, "redis://"+server.Addr()+"/1")
	var wake, end, foreign inbox
	b.Subscribe("wake", wake.put)
	b.Subscribe("end", end.put)
	b.Subscribe("", foreign.put)
	stranger.Subscribe("wake", foreign.put)
	for _, bus := range []*Redis{a, b, stranger} {
		start(t, bus)
		eventually(t, "it is connected", connected(bus))
	}
	a.Publish("wake", "1")
	a.Publish("unheard", "2")
	server.Publish("cinecircle:0:wake", "no-envelope")
	a.Publish("end", "3")
	eventually(t, "the last one arrives", func() bool { return len(end.all()) > 0 })
	if diff := cmp.Diff([]string{"1"}, wake.all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := foreign.all(); len(got) != 0 {
		t.Errorf("other subscribers got %q", got)
	}
}

func TestRunSendsTheQueueBeforeItReturns(t *testing.T) {
	t.Parallel()
	url := "redis://" + miniredis.RunT(t).Addr()
	_, _, _, box := pair(t, url)
	for i := range 20 {
		leaving := newTestBus(t, url)
		stop := start(t, leaving)
		last := fmt.Sprint("last ", i)
		leaving.Publish("wake", last)
		stop()
		eventually(t, "it arrives", func() bool { return box.count(last) == 1 })
	}
}

func TestQuietSubscriptionIsKept(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	b := newTestBus(t, "redis://"+server.Addr())
	b.quiet = 5 * time.Millisecond
	b.Subscribe("wake", func(string) {})
	start(t, b)
	eventually(t, "it is connected", connected(b))
	connections := server.TotalConnectionCount()
	commands := server.CommandCount()
	eventually(t, "it was pinged a few times", func() bool { return server.CommandCount() > commands+10 })
	if n := server.TotalConnectionCount(); n != connections {
		t.Errorf("%d connections became %d", connections, n)
	}
	if !b.subscribed.Load() {
		t.Error("the subscription was given up")
	}
}

func TestCheckFailsUnlessSubscribed(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	b := newTestBus(t, "redis://"+server.Addr())
	b.Subscribe("wake", func(string) {})
	if err := b.Check(t.Context()); !errors.Is(err, ErrNotSubscribed) {
		t.Errorf("before Run: %v, want %v", err, ErrNotSubscribed)
	}
	stop := start(t, b)
	eventually(t, "it is connected", connected(b))
	stop()
	if err := b.Check(t.Context()); err == nil {
		t.Error("Check returned nil after Run")
	}
}

func TestInvalidURLIsRefusedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "localhost:6379", "http://:hunter2@localhost", "redis://:hunter2@local host/x"} {
		_, err := NewRedis(url, slog.New(slog.DiscardHandler))
		if err == nil {
			t.Errorf("%q was accepted", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error contains the password: %v", err)
		}
	}
}
