package notify_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestASocketEndsWithItsToken(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	old := st.connect(me)
	st.Clock.Advance(20 * time.Minute)
	young := st.connect(me)
	st.Clock.Advance(10 * time.Minute) // the first one's thirty are over
	old.wantEnd(4001, "Token expired")
	st.send(follow(me, cat))
	young.wantSeqs(1, 1)
}

func TestEndedSessionsLoseTheirSockets(t *testing.T) {
	t.Parallel()
	st := newStation(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	far := st.instance(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	me, cat := st.user("me"), st.user("cat")
	phone := func(s *station) *client { return s.open(header("Authorization", "Bearer "+st.tokenOf(me, 71))) }
	laptop := func(s *station) *client { return s.open(header("Authorization", "Bearer "+st.tokenOf(me, 72))) }
	phoneHere, phoneFar, laptopHere, laptopFar, cats := phone(st), phone(far), laptop(st), laptop(far), st.connect(cat)

	st.s.CloseSessions(me, []int64{71})
	phoneHere.wantEnd(4003, "Session ended")
	phoneFar.wantEnd(4003, "Session ended")
	st.s.CloseSessions(me, []int64{}) // none
	st.send(follow(me, cat))
	laptopHere.wantSeqs(1, 1)
	laptopFar.wantSeqs(1, 1)

	far.s.CloseSessions(me, nil) // all
	laptopHere.wantEnd(4003, "Session ended")
	laptopFar.wantEnd(4003, "Session ended")
	st.send(follow(cat, me))
	cats.wantSeqs(1, 1)
}

func TestTheSweepFindsSessionsThatEndedElsewhere(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	var ending []*client
	for session := int64(1); session <= 3; session++ {
		ending = append(ending, st.open(header("Authorization", "Bearer "+st.tokenOf(me, session))))
	}
	staying := []*client{
		st.open(header("Authorization", "Bearer "+st.tokenOf(me, 8))), st.open(header("Authorization", "Bearer "+st.tokenOf(me, 9))),
	}
	st.people.set(func(p *people) { p.ended[1], p.ended[2], p.ended[3] = true, true, true })
	for _, c := range ending {
		c.wantEnd(4003, "Session ended")
	}
	st.send(follow(me, cat))
	for _, c := range staying {
		c.wantSeqs(1, 1)
	}
}

func TestTheSweepAsksNothingWithoutSockets(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	c := st.connect(st.user("me"))
	asked := func() (n int) { st.people.set(func(p *people) { n = p.asked }); return n }
	eventually(t, "sweeps ask about an open socket", func() bool { return asked() > 2 })
	_ = c.conn.Close()
	eventually(t, "the socket is gone", func() bool { return st.s.Stats().Sockets == 0 })
	settled := asked()
	<-time.After(100 * time.Millisecond) // twenty sweeps, of which none may do anything
	if got := asked(); got > settled+1 { // one may have been under way
		t.Errorf("%d questions were asked without a socket", got-settled)
	}
}

func TestHintsThatCannotBeReadDoNoHarm(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	for _, payload := range []string{"", "nonsense", `{"u":"x"}`, `[]`, `{}`, `{"u":-1,"s":5}`} {
		st.wire.Publish("notify.wake", payload)
		st.wire.Publish("notify.end", payload)
	}
	st.send(follow(me, cat))
	c.wantSeqs(1, 1)
}

func TestFramesOfTheClientAreIgnored(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	for i := range 49 {
		if err := c.conn.WriteMessage(1+i%2, []byte("안녕")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.conn.WriteMessage(websocket.PingMessage, []byte("read them all?")); err != nil { // the fiftieth
		t.Fatal(err)
	}
	<-c.pongs
	st.send(follow(me, cat))
	c.wantSeqs(1, 1)
	st.Clock.Advance(time.Second) // ten more are allowed now
	for range 10 {
		if err := c.conn.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 4096))); err != nil {
			t.Fatal(err)
		}
	}
	st.send(like(me, cat, 1))
	c.wantSeqs(2, 2)
}

func TestAFloodOfFramesClosesTheSocket(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	for name, kind := range map[string]int{
		"text": websocket.TextMessage, "binary": websocket.BinaryMessage,
		"ping": websocket.PingMessage, "pong": websocket.PongMessage,
	} {
		t.Log(name)
		c, other := st.connect(me), st.connect(me)
		for range 51 {
			if err := c.conn.WriteMessage(kind, nil); err != nil {
				break // closed already
			}
		}
		c.wantEnd(4029, "Too many frames")
		_ = other.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience)) // counted for itself
		st.send(follow(me, cat))
		other.next()
		_ = other.conn.Close()
	}
}

// TestAFloodOfFragmentsClosesTheSocket sends one message that never ends, in fragments without a byte,
// which the WebSocket library reads over by itself.
func TestAFloodOfFragmentsClosesTheSocket(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	c := st.connect(st.user("me"))
	raw := c.conn.NetConn()
	if _, err := raw.Write([]byte{0x01, 0x80, 0, 0, 0, 0}); err != nil { // text, more to come, masked
		t.Fatal(err)
	}
	more := bytes.Repeat([]byte{0x00, 0x80, 0, 0, 0, 0}, 1000)
	for range 200 {
		if _, err := raw.Write(more); err != nil {
			break // closed already
		}
	}
	c.wantEnd(4029, "Too many frames")
}

func TestAPingIsAnswered(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	conn, _, err := st.dial(header("Authorization", "Bearer "+st.token(st.user("me"))))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	errPong := errors.New("pong")
	conn.SetPongHandler(func(data string) error {
		if data != "hello" {
			t.Errorf("pong %q", data)
		}
		return errPong
	})
	if err := conn.WriteMessage(websocket.PingMessage, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); !errors.Is(err, errPong) {
		t.Errorf("read: %v", err)
	}
}

func TestAFrameThatIsTooLargeClosesWith1009(t *testing.T) {
	t.Parallel()
	var log journal
	st := newStation(t, log.logTo)
	me := st.user("me")
	for _, size := range []int{4097, 300_000} {
		c := st.connect(me)
		_ = c.conn.WriteMessage(websocket.TextMessage, make([]byte, size)) // fails when the answer comes before its end
		c.wantEnd(websocket.CloseMessageTooBig, "")
	}
	eventually(t, "they are gone", func() bool { return st.s.Stats().Sockets == 0 })
	if log.count("panic") > 0 {
		t.Errorf("the log says %s", &log)
	}
}

func TestAPeerThatIsSilentIsGone(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	quick := st.instance(t, notify.Heartbeat(100*time.Millisecond, time.Second))
	me, cat := st.user("me"), st.user("cat")
	answers := quick.connect(me) // its client answers pings because it reads
	silent, _, err := quick.dial(header("Authorization", "Bearer "+st.token(me)))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if quick.s.Stats().Sockets != 2 {
		t.Fatal("both are connected")
	}
	eventually(t, "the silent one is gone", func() bool { return quick.s.Stats().Sockets == 1 })
	st.Clock.Advance(time.Minute) // the pongs of the other were a flood otherwise
	st.send(follow(me, cat))
	answers.wantSeqs(1, 1)
}

func TestShutdownClosesAllAndLetsNobodyIn(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	clients := []*client{st.connect(me), st.connect(me), st.connect(cat)}
	if err := st.s.Shutdown(t.Context()); err != nil {
		t.Fatalf("Shutdown: %v", err)
	}
	for _, c := range clients {
		c.wantEnd(websocket.CloseServiceRestart, "Service restart")
	}
	if got := st.s.Stats(); got.Sockets != 0 || got.Users != 0 {
		t.Errorf("left over: %+v", got)
	}
	st.api.GET(t, "/notifications", upgrade(), testkit.As(st.token(me))).WantProblem(http.StatusServiceUnavailable, "unavailable")
	st.send(follow(me, cat)) // stored all the same
	st.wantState(me, 1, 1)
}

// Clients that connect all the time while it shuts down are let in and closed, or turned away; none stays.
func TestShutdownUnderConnectsLeavesNone(t *testing.T) {
	t.Parallel()
	for range 5 {
		st := newStation(t, nil)
		me := st.user("me")
		token := st.token(me)
		var dialers sync.WaitGroup
		started := make(chan struct{}, 16)
		for range 16 {
			dialers.Go(func() {
				for {
					conn, res, err := st.dial(header("Authorization", "Bearer "+token))
					if err != nil {
						if res.status != http.StatusServiceUnavailable {
							t.Errorf("turned away by %v %v", res, err)
						}
						return
					}
					started <- struct{}{}
					_, _, err = conn.ReadMessage()
					if end, ok := errors.AsType[*websocket.CloseError](err); !ok || end.Code != 1012 && end.Code != 4009 {
						t.Errorf("ended by %v", err)
					}
					_ = conn.Close()
				}
			})
		}
		<-started
		go func() {
			for range started {
			}
		}()
		if err := st.s.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		dialers.Wait()
		close(started)
		if got := st.s.Stats(); got.Sockets != 0 || got.Users != 0 {
			t.Errorf("left over: %+v", got)
		}
	}
}

func TestShutdownCutsOffWhoDoesNotListen(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	stuck := st.stuck(me)
	defer stuck.Close()
	st.send(follow(me, cat), like(me, cat, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // no time to be polite
	if err := st.s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v", err)
	}
	if got := st.s.Stats().Sockets; got != 0 {
		t.Errorf("%d sockets are left", got)
	}
}

// Melody calls back on goroutines that do not recover: a panic there would end the process.
func TestAPanicInACallbackEndsNothing(t *testing.T) {
	t.Parallel()
	var panics atomic.Bool
	clock := testkit.NewClock()
	st := newStation(t, func(d *notify.Deps) {
		d.SweepInterval = time.Hour // or the sweep takes the panic that is for the callback
		d.Clock = func() time.Time {
			if panics.CompareAndSwap(true, false) {
				panic("the clock panics")
			}
			return clock.Now()
		}
	})
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	st.send(like(me, cat, 1))
	c.wantSeqs(1, 1) // it is open for us, too
	panics.Store(true)
	if err := c.conn.WriteMessage(websocket.TextMessage, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the panic", func() bool { return !panics.Load() })
	st.send(follow(me, cat))
	c.wantSeqs(2, 2)

	panics.Store(true) // and now in the one that opens a socket, which must not stay half open
	half, _, err := st.dial(header("Authorization", "Bearer "+st.token(me)))
	if err == nil {
		defer half.Close()
		if _, _, err = half.ReadMessage(); err == nil {
			t.Error("a frame came")
		}
	}
	eventually(t, "its place is free", func() bool { return st.s.Stats().Sockets == 1 })
	st.send(like(me, cat, 2))
	c.wantSeqs(3, 3)
}

func TestAPanicInTheSweepEndsNothing(t *testing.T) {
	t.Parallel()
	var panics atomic.Bool
	clock := testkit.NewClock()
	st := newStation(t, func(d *notify.Deps) {
		d.Clock = func() time.Time {
			if panics.CompareAndSwap(true, false) {
				panic("the clock panics")
			}
			return clock.Now()
		}
	})
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	st.send(like(me, cat, 1))
	c.wantSeqs(1, 1) // it is open for us, too: from here on only the sweep looks at the clock
	panics.Store(true)
	eventually(t, "the panic", func() bool { return !panics.Load() })
	st.wire.lose(true)
	st.send(follow(me, cat))
	c.wantSeqs(2, 2)
}

func TestADatabaseThatFailsClosesNoSocket(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	c := st.connect(me)
	rename := func(from, to string) {
		st.write(func(tx *gorm.DB) error { return tx.Exec("ALTER TABLE " + from + " RENAME TO " + to).Error })
	}
	rename("notification_states", "away")
	before := st.sweeps()
	st.people.set(func(p *people) { p.unsure = errors.New("the database is away") })
	<-time.After(20 * time.Millisecond) // a few sweeps, which fail before they come to the sessions
	rename("away", "notification_states")
	eventually(t, "sweeps fail at the sessions", func() bool { return st.sweeps() > before+2 })
	st.people.set(func(p *people) { p.unsure = nil })
	st.wire.lose(true)
	st.send(follow(me, cat))
	c.wantSeqs(1, 1)
}
