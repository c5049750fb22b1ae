package live

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// panickingClock panics once after it was armed.
type panickingClock struct {
	*testkit.Clock
	armed atomic.Bool
}

func (c *panickingClock) Now() time.Time {
	if c.armed.CompareAndSwap(true, false) {
		panic("the clock panics")
	}
	return c.Clock.Now()
}

// Melody calls back on goroutines that do not recover: without our recover a panic would end the process.
func TestPanicInACallbackEndsNothing(t *testing.T) {
	t.Parallel()
	clock := &panickingClock{Clock: testkit.NewClock()}
	k := start(t, noSweep, func(c *Config) { c.Clock = clock.Now })
	c := k.open(me)
	k.push(me, 1)
	c.WantSeqs(1, 1)
	clock.armed.Store(true)
	if err := c.Conn.WriteMessage(websocket.TextMessage, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the panic", func() bool { return !clock.armed.Load() })
	k.push(me, 1)
	c.WantSeqs(2, 2)

	clock.armed.Store(true) // for the callback that opens a socket
	half, _, err := sockettest.Dial(k.url, sockettest.Query(query(me)))
	if err == nil {
		defer half.Close()
		if _, _, err = half.ReadMessage(); err == nil {
			t.Error("got a frame")
		}
	}
	eventually(t, "its slot is free", func() bool { return k.sockets() == 1 })
	k.push(me, 1)
	c.WantSeqs(3, 3)
}

func TestPanicInTheSweepEndsNothing(t *testing.T) {
	t.Parallel()
	clock := &panickingClock{Clock: testkit.NewClock()}
	k := start(t, func(c *Config) { c.Clock = clock.Now })
	c := k.open(me)
	k.push(me, 1)
	c.WantSeqs(1, 1) // from here on only the sweep reads the clock
	clock.armed.Store(true)
	eventually(t, "the panic", func() bool { return !clock.armed.Load() })
	k.store(me, 1)
	c.WantSeqs(2, 2)
}

func TestFailureDelaysButLosesNothing(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() error{
		"an error": func() error { return errors.New("the database is down") },
		"a panic":  func() error { panic("the source panics") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := start(t)
			c := k.open(me)
			for seq := range int64(2 * workers) {
				k.set(func(m *memory) { m.onLoad = fault })
				k.push(me, 1)
				c.WantSeqs(seq+1, seq+1)
			}
		})
	}
}

func TestFailingDatabaseClosesNoSocket(t *testing.T) {
	t.Parallel()
	k := start(t)
	c := k.open(me)
	for _, method := range []string{"Newest", "AppendHeads", "ActiveSessions"} {
		k.set(func(m *memory) { m.fails[method] = errors.New("the database is down") })
		before := k.callsOf(method)
		eventually(t, "sweeps fail", func() bool { return k.callsOf(method) > before+2 })
		k.set(func(m *memory) { delete(m.fails, method) })
	}
	k.store(me, 1)
	c.WantSeqs(1, 1)
}

func TestFailedDeliveryIsLogged(t *testing.T) {
	t.Parallel()
	var log sockettest.Journal
	k := start(t, func(c *Config) { c.Log = log.Logger() })
	c := k.open(me)
	k.push(me, 1)
	c.WantSeqs(1, 1)
	k.set(func(m *memory) { m.onLoad = func() error { return errors.New("the database is down") } })
	k.push(me, 1)
	c.WantSeqs(2, 2)
	k.push(me, 1)
	c.WantSeqs(3, 3)
	if log.Count("the database is down") != 1 || log.Count("delivering notifications failed") != 1 {
		t.Errorf("logged %s, want one line about the failure", &log)
	}
}

// A line for every failed sweep would hide everything else in the log.
func TestSuccessiveFailuresOfSweepsAreLoggedOnce(t *testing.T) {
	t.Parallel()
	var log sockettest.Journal
	k := start(t, func(c *Config) { c.Log = log.Logger() })
	k.open(me)
	for want := 1; want <= 2; want++ {
		k.set(func(m *memory) { m.fails["ActiveSessions"] = errors.New("the database is down") })
		k.awaitSweeps(5)
		if got := log.Count("sweeping the sockets fails"); got != want {
			t.Errorf("%d lines after %d runs of failures", got, want)
		}
		k.set(func(m *memory) { clear(m.fails) })
		k.awaitSweeps(5)
	}
}
