package live

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/apperr"
)

const me, cat = 1, 2 // users

func TestSocketEndsWhenItsTokenExpires(t *testing.T) {
	t.Parallel()
	k := start(t)
	old := k.open(me)
	k.clock.Advance(20 * time.Minute)
	young := k.open(me)
	k.clock.Advance(10 * time.Minute) // 30 in all for the first one
	old.WantEnd(4001, "Token expired")
	k.push(me, 1)
	young.WantSeqs(1, 1)
}

func TestCloseSessionsClosesOnlyTheirSockets(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	phone, laptop, cats := k.open(me, "session", "71"), k.open(me, "session", "72"), k.open(cat, "session", "71")
	k.CloseSessions(me, []int64{71})
	k.CloseSessions(3, nil) // not connected
	phone.WantEnd(4003, "Session ended")
	k.push(me, 1)
	laptop.WantSeqs(1, 1)
	k.CloseSessions(me, nil)
	laptop.WantEnd(4003, "Session ended")
	k.push(cat, 1)
	cats.WantSeqs(1, 1)
}

func TestSweepClosesSessionsThatEndedElsewhere(t *testing.T) {
	t.Parallel()
	k := start(t)
	var ending []*sockettest.Client
	for _, session := range []string{"1", "2", "3"} {
		ending = append(ending, k.open(me, "session", session))
	}
	staying := []*sockettest.Client{k.open(me, "session", "8"), k.open(me, "session", "9")}
	k.set(func(m *memory) { m.ended[1], m.ended[2], m.ended[3] = true, true, true })
	for _, c := range ending {
		c.WantEnd(4003, "Session ended")
	}
	k.push(me, 1)
	for _, c := range staying {
		c.WantSeqs(1, 1)
	}
}

func TestFramesOfTheClientAreIgnored(t *testing.T) {
	t.Parallel()
	k := start(t)
	c := k.open(me)
	for i := range 49 {
		if err := c.Conn.WriteMessage(1+i%2, []byte("안녕")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Conn.WriteMessage(websocket.PingMessage, []byte("read them all?")); err != nil { // the fiftieth
		t.Fatal(err)
	}
	<-c.Pongs
	k.push(me, 1)
	c.WantSeqs(1, 1)
	k.clock.Advance(time.Second) // allows ten more
	for range 10 {
		if err := c.Conn.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 4096))); err != nil {
			t.Fatal(err)
		}
	}
	k.push(me, 1)
	c.WantSeqs(2, 2)
}

func TestFloodOfFramesClosesTheSocket(t *testing.T) {
	t.Parallel()
	k := start(t)
	for name, kind := range map[string]int{
		"text": websocket.TextMessage, "binary": websocket.BinaryMessage,
		"ping": websocket.PingMessage, "pong": websocket.PongMessage,
	} {
		t.Log(name)
		c, other := k.open(me), k.open(me)
		for range 51 {
			if err := c.Conn.WriteMessage(kind, nil); err != nil {
				break // closed already
			}
		}
		c.WantEnd(4029, "Too many frames")
		_ = other.Conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(sockettest.Timeout)) // counted separately
		k.push(me, 1)
		var frame struct{ Seq int64 }
		other.Next(&frame)
		_ = other.Conn.Close()
	}
}

// One message that never ends, in fragments without a byte, which the WebSocket library reads without
// reporting them.
func TestFloodOfFragmentsClosesTheSocket(t *testing.T) {
	t.Parallel()
	k := start(t)
	c := k.open(me)
	raw := c.Conn.NetConn()
	if _, err := raw.Write([]byte{0x01, 0x80, 0, 0, 0, 0}); err != nil { // text, not final, masked
		t.Fatal(err)
	}
	more := bytes.Repeat([]byte{0x00, 0x80, 0, 0, 0, 0}, 1000)
	for range 200 {
		if _, err := raw.Write(more); err != nil {
			break // closed already
		}
	}
	c.WantEnd(4029, "Too many frames")
}

func TestPingIsAnswered(t *testing.T) {
	t.Parallel()
	k := start(t)
	conn, _, err := sockettest.Dial(k.url, sockettest.Query(query(me)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	errPong := errors.New("pong")
	conn.SetPongHandler(func(data string) error {
		if data != "hello" {
			t.Errorf("pong %q, want hello", data)
		}
		return errPong
	})
	if err := conn.WriteMessage(websocket.PingMessage, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); !errors.Is(err, errPong) {
		t.Errorf("read: %v, want %v", err, errPong)
	}
}

func TestTooLargeFrameClosesWith1009(t *testing.T) {
	t.Parallel()
	var log sockettest.Journal
	k := start(t, func(c *Config) { c.Log = log.Logger() })
	for _, size := range []int{4097, 300_000} {
		c := k.open(me)
		_ = c.Conn.WriteMessage(websocket.TextMessage, make([]byte, size)) // fails if the close frame arrives during it
		c.WantEnd(websocket.CloseMessageTooBig, "")
	}
	eventually(t, "the sockets are gone", func() bool { return k.sockets() == 0 })
	if log.Count("panic") > 0 {
		t.Errorf("logged %s", &log)
	}
}

func TestUnmaskedFrameEndsTheSocket(t *testing.T) {
	t.Parallel()
	k := start(t)
	conn, r := sockettest.Raw(t, k.url+query(me))
	if _, err := conn.Write([]byte{0x81, 0x02, 'h', 'i'}); err != nil {
		t.Fatal(err)
	}
	head, err := r.Peek(4)
	if err != nil || head[0] != 0x88 || int(head[2])<<8+int(head[3]) != websocket.CloseProtocolError {
		t.Errorf("got % x, %v; want a close frame with 1002", head, err)
	}
	eventually(t, "the socket is gone", func() bool { return k.sockets() == 0 })
}

func TestSilentPeerIsDisconnected(t *testing.T) {
	t.Parallel()
	k := start(t, func(c *Config) { c.PingPeriod, c.PongWait = 100*time.Millisecond, time.Second })
	answering := k.open(me) // its client answers pings because it reads
	silent, _, err := sockettest.Dial(k.url, sockettest.Query(query(me)))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if k.sockets() != 2 {
		t.Fatalf("%d sockets, want 2", k.sockets())
	}
	eventually(t, "the silent one is gone", func() bool { return k.sockets() == 1 })
	k.clock.Advance(time.Minute) // otherwise the pongs of the other are a flood
	k.push(me, 1)
	answering.WantSeqs(1, 1)
}

func TestShutdownClosesAllAndRefusesNewSockets(t *testing.T) {
	t.Parallel()
	k := start(t)
	clients := []*sockettest.Client{k.open(me), k.open(me), k.open(cat)}
	if err := k.Shutdown(t.Context()); err != nil {
		t.Fatalf("Shutdown: %v", err)
	}
	for _, c := range clients {
		c.WantEnd(websocket.CloseServiceRestart, "Service restart")
	}
	if got := k.Stats(); got.Sockets != 0 || got.Users != 0 {
		t.Errorf("left over: %+v", got)
	}
	if slot, err := k.Reserve(); !errors.Is(err, apperr.ErrUnavailable) {
		t.Errorf("Reserve: %v, %v; want %v", slot, err, apperr.ErrUnavailable)
	}
}

// Clients that connect during the shutdown are accepted and closed, or refused. None stays connected.
func TestShutdownUnderConnectsLeavesNone(t *testing.T) {
	t.Parallel()
	for range 5 {
		k := start(t)
		var dialers sync.WaitGroup
		started := make(chan struct{}, 16)
		for range 16 {
			dialers.Go(func() { connectUntilRefused(t, k, started) })
		}
		<-started
		go func() {
			for range started {
			}
		}()
		if err := k.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		dialers.Wait()
		close(started)
		if got := k.Stats(); got.Sockets != 0 || got.Users != 0 {
			t.Errorf("left over: %+v", got)
		}
	}
}

func connectUntilRefused(t *testing.T, k *kit, started chan<- struct{}) {
	for {
		conn, res, err := sockettest.Dial(k.url, sockettest.Query(query(me)))
		if err != nil {
			if res.Status != http.StatusServiceUnavailable {
				t.Errorf("refused by %v %v, want 503", res, err)
			}
			return
		}
		started <- struct{}{}
		_, _, err = conn.ReadMessage()
		if end, ok := errors.AsType[*websocket.CloseError](err); !ok || end.Code != 1012 && end.Code != 4009 {
			t.Errorf("ended by %v, want 1012 or 4009", err)
		}
		_ = conn.Close()
	}
}

func TestShutdownCutsUnresponsiveClientsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	k := start(t)
	stuck := k.openUnbuffered(me)
	defer stuck.Close()
	k.push(me, 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := k.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v, want %v", err, context.Canceled)
	}
	if got := k.sockets(); got != 0 {
		t.Errorf("%d sockets are left", got)
	}
}
