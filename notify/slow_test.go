package notify_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/notify"
)

// pipes is a listener whose connections have no buffer: what a client does not read cannot be written.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

// stuck opens a socket of a member whose client reads only when the test does.
func (st *station) stuck(userID int64, options ...dialOption) *websocket.Conn {
	st.t.Helper()
	p := &pipes{conns: make(chan net.Conn), ended: make(chan struct{})}
	server := &http.Server{Handler: st.api.Handler(), ReadHeaderTimeout: patience}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(p) // ends with the listener
	}()
	st.t.Cleanup(func() {
		_ = server.Shutdown(context.Background())
		<-served
	})
	options = append(options, header("Authorization", "Bearer "+st.token(userID)), func(d *dialing) { d.dial = p.dial })
	conn, _, err := st.dial(options...)
	if err != nil {
		st.t.Fatalf("dial: %v", err)
	}
	st.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// A reader that takes nothing for ten seconds is closed; others of the same member notice nothing, and
// it catches up by since.
func TestAStalledReaderIsClosedAndCatchesUp(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	stuck, healthy := st.stuck(me), st.connect(me)
	st.send(follow(me, cat))
	healthy.wantSeqs(1, 1)
	st.Clock.Advance(notify.StallLimit - time.Second)
	st.send(like(me, cat, 1))
	healthy.wantSeqs(2, 2)
	if got := st.s.Stats(); got.Slow != 0 || got.Sockets != 2 {
		t.Fatalf("closed too early: %+v", got)
	}
	st.Clock.Advance(time.Second)
	eventually(t, "the stalled socket is gone", func() bool { return st.s.Stats().Sockets == 1 })
	if got := st.s.Stats().Slow; got != 1 {
		t.Errorf("%d slow readers, want 1", got)
	}
	_ = stuck.Close()
	st.send(like(me, cat, 2))
	healthy.wantSeqs(3, 3)
	st.connect(me, since(0)).wantSeqs(1, 3)
}

// A reader that is 256 frames behind is closed sooner, with a code if it still takes one.
func TestAReaderThatLagsIsClosed(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	stuck, healthy := st.stuck(me), st.connect(me)
	var events []notify.Event
	for i := range notify.MaxBehind + 1 {
		events = append(events, like(me, cat, int64(i+1)))
	}
	st.send(events[:notify.MaxBehind]...)
	healthy.wantSeqs(1, notify.MaxBehind)
	before := st.sweeps()
	eventually(t, "sweeps saw them", func() bool { return st.sweeps() > before+2 })
	before = st.sweeps()
	st.Clock.Advance(notify.LagGrace) // 256 are not too many
	eventually(t, "sweeps passed", func() bool { return st.sweeps() > before+2 })
	if got := st.s.Stats(); got.Slow != 0 || got.Sockets != 2 {
		t.Fatalf("closed too early: %+v", got)
	}

	st.send(events[notify.MaxBehind])
	healthy.wantSeqs(notify.MaxBehind+1, notify.MaxBehind+1)
	before = st.sweeps()
	eventually(t, "a sweep noticed", func() bool { return st.sweeps() > before+2 })
	if got := st.s.Stats().Slow; got != 0 {
		t.Fatal("closed without grace")
	}
	st.Clock.Advance(notify.LagGrace)
	eventually(t, "the verdict", func() bool { return st.s.Stats().Slow == 1 })
	var err error
	for err == nil { // what was under way, then the close frame
		_, _, err = stuck.ReadMessage()
	}
	wantClose(t, err, 4008, "Too slow, come again with since")
}

// sweeps counts the sweeps so far, while there is a socket.
func (st *station) sweeps() (n int) {
	st.people.set(func(p *people) { n = p.asked })
	return n
}

// Who replays much may be far behind, as long as they take it.
func TestAReplayIsNotSlow(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	const total = 3 * notify.MaxBehind
	st.fill(me, cat, total)
	reader := st.stuck(me, since(0))
	for seq := range total {
		st.Clock.Advance(100 * time.Millisecond) // 77 seconds in all
		if seq%64 == 0 {
			before := st.sweeps()
			eventually(t, "a sweep passed", func() bool { return st.sweeps() > before+1 })
		}
		if _, _, err := reader.ReadMessage(); err != nil {
			t.Fatalf("frame %d: %v", seq+1, err)
		}
	}
	if got := st.s.Stats(); got.Slow != 0 || got.Replayed != total {
		t.Errorf("stats %+v", got)
	}
}

// However much is owed, no more than the window is ever waiting in memory.
func TestNoMoreThanTheWindowIsHandedToASocket(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 1_000)
	reader := st.stuck(me, since(0))
	eventually(t, "the window is full", func() bool { return st.s.Stats().Replayed >= notify.Window })
	before := st.sweeps()
	eventually(t, "sweeps passed", func() bool { return st.sweeps() > before+3 })
	if got := st.s.Stats().Replayed; got != notify.Window {
		t.Errorf("%d frames were handed over, want %d", got, notify.Window)
	}
	if got := st.s.Behind(me); len(got) != 1 || got[0] != 1_000 {
		t.Errorf("behind %v, want 1000", got)
	}
	for range 1_000 {
		if _, _, err := reader.ReadMessage(); err != nil {
			t.Fatal(err)
		}
	}
}
