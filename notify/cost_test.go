package notify_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/notify"
)

// These tests guard what sockets cost against a change that doubles it. The figures in docs/performance.md
// are of a real process; these are of this one, in which the clients' ends of the connections count too.
const (
	idleBytes       = 20_000 // heap and stacks of an idle socket
	frameAllocs     = 20     // of a frame that several sockets get
	sharedQueries   = 4      // members whose notifications are loaded together, at least, when many wait
	stormClients    = 150
	stormFrames     = 10
	costlySockets   = 300
	framesInOne     = notify.Window
	framesToAll     = 400
	socketsOfAFrame = 10
)

func TestAnIdleSocketIsSmall(t *testing.T) {
	st := newStation(t, func(d *notify.Deps) { d.SweepInterval = time.Hour })
	var tokens []string
	for i := range costlySockets + 1 {
		tokens = append(tokens, st.token(st.user(fmt.Sprintf("member %d", i))))
	}
	first, _ := st.raw(tokens[costlySockets]) // whatever is made once
	before := inUse()
	conns := []net.Conn{first}
	for _, token := range tokens[:costlySockets] {
		conn, _ := st.raw(token)
		conns = append(conns, conn)
	}
	eventually(t, "the handlers have returned", func() bool { return inUse() < before+costlySockets*idleBytes })
	t.Logf("%d bytes a socket", (inUse()-before)/costlySockets)
	for _, conn := range conns {
		_ = conn.Close()
	}
}

// A frame is encoded once for all the sockets of a member, and the rest of its way takes little.
func TestAFrameTakesFewAllocations(t *testing.T) {
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	var all sync.WaitGroup
	for range socketsOfAFrame {
		conn, _ := st.raw(st.token(me))
		all.Go(func() { readSeqs(t, conn, framesToAll) })
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	st.fill(me, cat, framesToAll)
	all.Wait()
	runtime.ReadMemStats(&after)
	const frames = framesToAll * socketsOfAFrame
	// Storing them is a part of it, but the smaller one the more sockets there are.
	got := float64(after.Mallocs-before.Mallocs) / frames
	t.Logf("%.1f allocations a frame", got)
	if got > frameAllocs {
		t.Errorf("%.1f allocations a frame, want %d at most", got, frameAllocs)
	}
}

// readSeqs reads until a connection brought so many frames, and allocates nothing on the way.
func readSeqs(t testing.TB, conn io.Reader, n int) {
	buffer := make([]byte, 16<<10)
	kept := 0
	for n > 0 {
		got, err := conn.Read(buffer[kept:])
		if err != nil {
			t.Errorf("%d frames did not come: %v", n, err)
			return
		}
		text := buffer[:kept+got]
		n -= bytes.Count(text, []byte(`"seq":`))
		kept = copy(buffer, text[max(0, len(text)-len(`"seq":`)+1):]) // half of the next one
	}
}

// When many members wait, a worker asks for all of theirs at once.
func TestManyMembersShareTheQueries(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	cat := st.user("cat")
	var clients []*client
	var events []notify.Event
	for i := range stormClients {
		me := st.user(fmt.Sprintf("member %d", i))
		clients = append(clients, st.connect(me))
		events = append(events, follow(me, cat))
	}
	st.wire.lose(true) // so that a sweep finds all of them at once
	st.send(events...)
	for _, c := range clients {
		c.wantSeqs(1, 1)
	}
	st.people.set(func(p *people) {
		if p.shown > stormClients/sharedQueries {
			t.Errorf("%d queries for the actors of %d frames", p.shown, stormClients)
		}
	})
}

// Clients that are all cut and all come back get what they missed, in order, and nobody is turned away.
func TestAReconnectStormLosesNothing(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	cat := st.user("cat")
	var members []int64
	var before []*client
	for i := range stormClients {
		me := st.user(fmt.Sprintf("member %d", i))
		members, before = append(members, me), append(before, st.connect(me))
	}
	for _, c := range before {
		_ = c.conn.Close()
	}
	eventually(t, "all are gone", func() bool { return st.s.Stats().Sockets == 0 })
	var events []notify.Event
	for review := range int64(stormFrames) {
		for _, me := range members {
			events = append(events, like(me, cat, review+1))
		}
	}
	st.send(events...)
	var all sync.WaitGroup
	for _, me := range members {
		all.Go(func() { st.connect(me, since(0)).wantSeqs(1, stormFrames) })
	}
	all.Wait()
	if got := st.s.Stats(); got.Slow != 0 || got.Replayed+got.Pushed != stormClients*stormFrames {
		t.Errorf("stats %+v", got)
	}
}

// Of a socket that is not read much is held; its goodbye must not be.
func TestControlFramesAreToldApart(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]bool{
		"\x88\x02\x0f\xa3": true, "\x88\x00": true, "\x89\x00": true, "\x8a\x05hello": true, // goodbye, ping, pong
		"\x81\x02hi": false, "\x82\x00": false, "\x8a\x05hell": false, "\x88": false, "": false,
	} {
		if got := notify.IsControl([]byte(frame)); got != want {
			t.Errorf("%q is a control frame: %t", frame, got)
		}
	}
}

// What follows closely leaves in one piece, and a goodbye is not kept waiting behind it.
func TestFramesThatFollowCloselyLeaveTogether(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.fill(me, cat, 10*framesInOne)
	conn := st.stuck(me, since(0))
	buffer := make([]byte, 64<<10)
	n, err := conn.NetConn().Read(buffer) // a pipe returns what was written at once
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(buffer[:n], []byte(`"seq":`)); got != framesInOne {
		t.Errorf("%d frames came in one piece, want %d: %s", got, framesInOne, buffer[:n])
	}
	st.s.CloseSessions(me, nil)
	for err == nil {
		_, _, err = conn.ReadMessage()
	}
	wantClose(t, err, 4003, "Session ended")
}
