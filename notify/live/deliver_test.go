package live

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
)

func TestSecondSocketDoesNotDisturbTheFirst(t *testing.T) {
	t.Parallel()
	k := start(t)
	first, second := k.open(me), k.open(me)
	k.push(me, 1)
	first.WantSeqs(1, 1)
	second.WantSeqs(1, 1)
	if got := k.Stats(); got.Sockets != 2 || got.Users != 1 || got.Pushed != 2 {
		t.Errorf("stats %+v, want two sockets of one user and a frame each", got)
	}
	_ = second.Conn.Close()
	eventually(t, "the closed socket is gone", func() bool { return k.sockets() == 1 })
	k.push(me, 1)
	first.WantSeqs(2, 2)
}

func TestUserBeyondTheLimitLosesTheOldestSocket(t *testing.T) {
	t.Parallel()
	k := start(t)
	var mine []*sockettest.Client
	for range 10 {
		mine = append(mine, k.open(me))
	}
	cats := k.open(cat)
	eleventh := k.open(me)
	mine[0].WantEnd(4009, "Too many sockets")
	k.push(me, 1)
	k.push(cat, 1)
	for _, c := range append(mine[1:], eleventh) {
		c.WantSeqs(1, 1)
	}
	cats.WantSeqs(1, 1)
}

func TestWithoutSinceOnlyNewNotificationsAreSent(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 3)
	c := k.open(me)
	k.push(me, 1)
	c.WantSeqs(4, 4)
}

func TestSinceReplaysAndContinuesWithNewNotifications(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ since, first int64 }{
		"from the beginning": {0, 1},
		"the last two":       {3, 4},
		"the newest":         {5, 6},
		"beyond the newest":  {99, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := start(t)
			k.store(me, 5)
			c := k.open(me, since(tc.since)...)
			k.push(me, 1)
			c.WantSeqs(tc.first, 6)
		})
	}
}

func TestReplayOfTenThousandIsCompleteAndInOrder(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 10_000)
	c := k.open(me, since(0)...)
	c.WantSeqs(1, 10_000)
	k.push(me, 1)
	c.WantSeqs(10_001, 10_001)
	if got := k.Stats(); got.Replayed < 10_000 || got.Slow != 0 {
		t.Errorf("stats %+v", got)
	}
}

// Every frame that is read lets the next one follow: nothing waits for the sweep.
func TestReplayNeedsNoSweep(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	k.store(me, 1_000)
	k.open(me, since(0)...).WantSeqs(1, 1_000)
}

func TestLiveSocketDoesNotWaitForAReplay(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 2_000)
	live, replaying := k.open(me), k.open(me, since(0)...)
	k.push(me, 1)
	live.WantSeqs(2_001, 2_001)
	replaying.WantSeqs(1, 2_001)
}

// A gap is a notification that is not visible yet: the ones behind it wait.
func TestDeliveryWaitsAtAGap(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 4)
	k.hide(me, 3)
	c := k.open(me, since(0)...)
	c.WantSeqs(1, 2)
	k.push(me, 1) // must not skip the gap
	eventually(t, "the socket knows of all", func() bool { return k.behind(me)[0] == 3 })
	k.awaitSweeps(2)
	k.hide(me)
	c.WantSeqs(3, 5)
}

// A gap lasts as long as a transaction: no worker retries until something changes.
func TestDeliveryRestsAtAGap(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	k.store(me, 4)
	k.hide(me, 3)
	k.open(me, since(0)...).WantSeqs(1, 2)
	eventually(t, "the socket rests", func() bool { return k.idle(me) })
}

func TestBatchTakesOnlyTheNextSeq(t *testing.T) {
	t.Parallel()
	b := &Batch{UserID: me, After: 5}
	for _, tc := range []struct {
		seq  int64
		want bool
	}{{5, false}, {7, false}, {6, true}, {6, false}, {8, false}, {7, true}} {
		if got := b.Append(tc.seq, nil); got != tc.want {
			t.Errorf("Append(%d) = %t, want %t", tc.seq, got, tc.want)
		}
	}
}

// When many users wait, a worker loads the notifications of all of them at once.
func TestManyUsersShareTheQueries(t *testing.T) {
	t.Parallel()
	const users, shared = 150, 4 // at least 4 share a query
	k := start(t)
	var clients []*sockettest.Client
	for user := range int64(users) {
		clients = append(clients, k.open(user+1))
	}
	k.set(func(m *memory) { // one sweep finds all
		for user := range int64(users) {
			m.lastSeq[user+1]++
		}
		m.newest++
	})
	for _, c := range clients {
		c.WantSeqs(1, 1)
	}
	if got := k.callsOf("Load"); got > users/shared {
		t.Errorf("%d queries for the frames of %d users", got, users)
	}
}

// Frames that follow each other closely are written together, and a close frame does not wait behind them.
func TestFramesThatFollowCloselyAreWrittenTogether(t *testing.T) {
	t.Parallel()
	k := start(t)
	k.store(me, 10*window)
	conn := k.openUnbuffered(me, since(0)...)
	buffer := make([]byte, 64<<10)
	n, err := conn.NetConn().Read(buffer) // what one write wrote
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(buffer[:n], []byte(`"seq":`)); got != window {
		t.Errorf("%d frames in one write, want %d: %s", got, window, buffer[:n])
	}
	k.CloseSessions(me, nil)
	for err == nil {
		_, _, err = conn.ReadMessage()
	}
	sockettest.WantClose(t, err, 4003, "Session ended")
}

func TestControlFramesAreRecognized(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]bool{
		"\x88\x02\x0f\xa3": true, "\x88\x00": true, "\x89\x00": true, "\x8a\x05hello": true, // close, ping, pong
		"\x81\x02hi": false, "\x82\x00": false, "\x8a\x05hell": false, "\x88": false, "": false,
	} {
		if got := isControl([]byte(frame)); got != want {
			t.Errorf("isControl(%q) = %t, want %t", frame, got, want)
		}
	}
}

// Clients that all disconnect and reconnect at once get what they missed, in order.
func TestReconnectStormLosesNothing(t *testing.T) {
	t.Parallel()
	const users, frames = 150, 10
	k := start(t)
	var conns []*websocket.Conn
	for user := range int64(users) {
		conns = append(conns, k.open(user+1).Conn)
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	eventually(t, "all are gone", func() bool { return k.sockets() == 0 })
	for user := range int64(users) {
		k.push(user+1, frames)
	}
	for user := range int64(users) {
		t.Run(strconv.FormatInt(user+1, 10), func(t *testing.T) {
			t.Parallel()
			sockettest.Open(t, k.url, sockettest.Query(query(user+1, since(0)...))).WantSeqs(1, frames)
		})
	}
	t.Cleanup(func() {
		if got := k.Stats(); got.Slow != 0 || got.Replayed+got.Pushed != users*frames {
			t.Errorf("stats %+v", got)
		}
	})
}
