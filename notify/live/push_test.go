package live

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// prepare stores a notification of a user, which counts as committed, and returns its frame made ahead.
func (k *kit) prepare(userID int64) *Batch {
	k.t.Helper()
	seq := k.store(userID, 1)
	b := k.Ahead(userID, seq)
	if b == nil {
		k.t.Fatalf("nothing is made ahead for user %d", userID)
	}
	b.Append(seq, fmt.Appendf(nil, `{"user":%d,"seq":%d}`, userID, seq))
	return b
}

func TestFramesMadeAheadArePushedWithoutAQuery(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	phone, laptop, cats := k.open(me), k.open(me), k.open(cat)
	for seq := range int64(3 * window) {
		k.Push(k.prepare(me))
		k.Wake(me, seq+1)
		phone.WantSeqs(seq+1, seq+1)
		laptop.WantSeqs(seq+1, seq+1)
	}
	k.Push(k.prepare(cat))
	cats.WantSeqs(1, 1)
	if got := k.callsOf("Load"); got != 0 {
		t.Errorf("%d queries for frames that were made ahead", got)
	}
	if got := k.Stats(); got.Pushed != 6*window+1 || got.Replayed != 0 {
		t.Errorf("stats %+v", got)
	}
}

func TestWhoHasNoSocketOrManyNeedsNoFrameAhead(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep, func(c *Config) { c.MaxSocketsPerUser = maxPushed + 1 })
	k.Push(k.Ahead(me, k.store(me, 1)))
	if k.Ahead(me, 2) != nil {
		t.Error("a frame is made for a user without a socket")
	}
	var mine []*sockettest.Client
	for range maxPushed {
		mine = append(mine, k.open(me))
	}
	k.Push(k.prepare(me))
	mine = append(mine, k.open(me))
	if k.Ahead(me, 3) != nil {
		t.Errorf("a frame is made for %d sockets", len(mine))
	}
	k.push(me, 1)
	for _, c := range mine[:maxPushed] {
		c.WantSeqs(2, 3)
	}
	mine[maxPushed].WantSeqs(3, 3)
}

// Two writers who commit one after the other may push in the other order.
func TestPushesInTheWrongOrderArriveInTheRightOne(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	phone, laptop := k.open(me), k.open(me)
	for round := range int64(50) {
		first, second, third := k.prepare(me), k.prepare(me), k.prepare(me)
		k.Push(second)
		if round%2 == 0 { // the writer of the first is held up
			phone.WantSeqs(3*round+1, 3*round+2)
		}
		k.Push(third)
		k.Push(first)
		if round%2 != 0 {
			phone.WantSeqs(3*round+1, 3*round+2)
		}
		phone.WantSeqs(3*round+3, 3*round+3)
		laptop.WantSeqs(3*round+1, 3*round+3)
	}
}

// While Push hands over, neither a worker nor another writer may: their frames would get between.
func TestPushIsTheOnlyOneWhoDelivers(t *testing.T) {
	t.Parallel()
	clock, watching := testkit.NewClock(), atomic.Bool{}
	var k *kit
	var busy []bool // whenever Push reads the clock, the last time when it hands over
	k = start(t, noSweep, func(c *Config) {
		c.Clock = func() time.Time {
			if watching.Load() {
				k.Hub.mu.Lock()
				busy = append(busy, k.recipients[me].busy)
				k.Hub.mu.Unlock()
			}
			return clock.Now()
		}
	})
	c := k.open(me)
	first := k.prepare(me)
	watching.Store(true)
	k.Push(first)
	watching.Store(false)
	if len(busy) == 0 || !busy[len(busy)-1] {
		t.Errorf("busy when Push reads the clock: %v, want it when it hands over", busy)
	}
	c.WantSeqs(1, 1)
	if !k.idle(me) {
		t.Error("the user is busy after Push")
	}
}

// While a worker delivers, another delivery would get out of order: Push leaves the frame to the worker, and does not wait.
func TestPushLeavesABusyRecipientToTheWorker(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	c := k.open(me)
	loading, goOn := make(chan struct{}), make(chan struct{})
	k.set(func(m *memory) {
		m.onLoad = func() error {
			m.mu.Unlock() // so that the test can store
			close(loading)
			<-goOn
			m.mu.Lock()
			return nil
		}
	})
	k.push(me, 1)
	<-loading
	pushed := k.prepare(me)
	k.Hub.mu.Lock()
	k.recipients[me].sockets[0].sentSeq = 1 // as if the worker had handed over the first one just now
	k.Hub.mu.Unlock()
	k.Push(pushed)
	k.Hub.mu.Lock()
	sent := k.recipients[me].sockets[0].sentSeq
	k.recipients[me].sockets[0].sentSeq = 0
	k.Hub.mu.Unlock()
	if sent != 1 {
		t.Errorf("the socket was handed seq %d beside the worker", sent)
	}
	close(goOn)
	c.WantSeqs(1, 2)
}

func TestPushGoesAroundAReplay(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	k.store(me, 300)
	live, replaying := k.open(me), k.openUnbuffered(me, since(0)...)
	eventually(t, "the replay waits for its reader", func() bool {
		k.Hub.mu.Lock()
		defer k.Hub.mu.Unlock()
		r := k.recipients[me]
		return !r.busy && r.sockets[1].sentSeq >= window && r.sockets[1].room() == 0
	})
	loads := k.callsOf("Load")
	k.Push(k.prepare(me))
	live.WantSeqs(301, 301)
	if got := k.callsOf("Load"); got != loads {
		t.Errorf("%d queries for the live socket", got-loads)
	}
	for want := int64(1); want <= 301; want++ {
		if got := readSeq(t, replaying); got != want {
			t.Fatalf("replayed seq %d, want %d", got, want)
		}
	}
}

// A socket that has not read for long neither blocks the writer nor loses a frame.
func TestPushDoesNotWaitForASlowReader(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	slow, healthy := k.openUnbuffered(me), k.open(me)
	const frames = 3 * window
	for seq := range int64(frames) {
		k.Push(k.prepare(me)) // returns although slow reads nothing
		healthy.WantSeqs(seq+1, seq+1)
	}
	for want := int64(1); want <= frames; want++ {
		if got := readSeq(t, slow); got != want {
			t.Fatalf("seq %d, want %d", got, want)
		}
	}
}

// What changed since a frame was made ahead is loaded anew.
func TestOutdatedFramesAreNotPushed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*kit){
		"the user's notifications were forgotten": func(k *kit) { k.Forget(me) },
		"all were forgotten":                      func(k *kit) { k.ForgetAll() },
		"the writer was held up":                  func(k *kit) { k.clock.Advance(maxAge + time.Millisecond) },
		"the user left and came back": func(k *kit) {
			k.CloseSessions(me, nil)
			eventually(k.t, "the user has left", func() bool { return k.Stats().Users == 0 })
			k.Forget(me)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := start(t, noSweep)
			k.open(me)
			outdated := k.prepare(me)
			k.withdraw(1, 1)
			change(k)
			c := k.open(me, since(0)...)
			eventually(t, "all sockets are served", func() bool {
				k.Hub.mu.Lock()
				defer k.Hub.mu.Unlock()
				r := k.recipients[me]
				return !r.busy && !slices.ContainsFunc(r.sockets, func(s *socket) bool { return s.session == nil || s.sentSeq != 1 })
			})
			k.Hub.mu.Lock()
			for _, s := range k.recipients[me].sockets { // as if the frame were still to come
				s.sentSeq = 0
			}
			k.recipients[me].lastSeq = 0
			k.Hub.mu.Unlock()
			k.Push(outdated)
			k.push(me, 1)
			c.WantSeqs(2, 2)
		})
	}
}

func TestPushDeliversOnlyWhileTheHubRuns(t *testing.T) {
	t.Parallel()
	k := start(t, noSweep)
	c := k.open(me)
	k.setStopped(true)
	k.Push(k.prepare(me))
	if got := k.Stats().Pushed; got != 0 {
		t.Errorf("%d frames pushed by a hub that does not run", got)
	}
	k.setStopped(false)
	go k.work(t.Context()) // the workers have ended
	c.WantSeqs(1, 1)
	k.setStopped(true)
}

// Many writers commit for the same users, each in an order of its own after the commit, while sockets come, replay and go,
// and while notifications are forgotten. Every socket gets each seq once and in order, from where it began.
func TestEverySocketGetsEachSeqOnceWhoeverDelivers(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 150
	k := start(t)
	users := []int64{me, cat}
	var commit [2]sync.Mutex // the lock of a user's state row
	var all sync.WaitGroup
	stayers := map[int64][]*sockettest.Client{}
	for _, user := range users {
		stayers[user] = []*sockettest.Client{k.open(user), k.open(user)}
	}
	for w := range writers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			var held []func() // what this writer has committed, and does later
			for range each {
				which := random.IntN(len(users))
				user := users[which]
				commit[which].Lock()
				seq := k.store(user, 1)
				b := k.Ahead(user, seq)
				if b != nil {
					b.Append(seq, fmt.Appendf(nil, `{"user":%d,"seq":%d}`, user, seq))
				}
				commit[which].Unlock()
				held = append(held, func() { k.Push(b); k.Wake(user, seq) })
				switch random.IntN(8) {
				case 0:
					k.Forget(user)
				case 1:
					runtime.Gosched()
				case 2:
					continue // the next ones overtake it
				}
				slices.Reverse(held)
				for _, do := range held {
					do()
				}
				held = held[:0]
			}
			for _, do := range held {
				do()
			}
		})
	}
	all.Go(func() {
		for seq := int64(0); seq < writers*each/4; seq += 20 {
			c := k.open(me, since(seq)...)
			c.WantSeqs(seq+1, seq+20)
			_ = c.Conn.Close()
		}
	})
	all.Wait()
	for _, user := range users {
		last := k.store(user, 0)
		for _, c := range stayers[user] {
			c.WantSeqs(1, last)
		}
	}
}
