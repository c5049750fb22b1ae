package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// queueing is a queue with one permit, which the test holds, so that every caller waits until the test says otherwise.
type queueing struct {
	t *testing.T
	q *hashQueue

	mu      sync.Mutex // guards the following, and is needed only where several callers leave at once
	served  []string   // names of the callers who got a turn, in its order
	refused []string   // and of those who were told that the service is busy
	left    []string   // and of those who went away
}

func newQueueing(t *testing.T, most [3]int) *queueing {
	t.Helper()
	q := &queueing{t: t, q: newHashQueue(1, most)}
	if err := q.q.acquire(t.Context(), "203.0.113.1"); err != nil {
		t.Fatalf("the first caller gets %v", err)
	}
	return q
}

// call waits for a turn in the background, and keeps the permit until serve.
func (q *queueing) call(ctx context.Context, addr, name string) {
	q.t.Helper()
	go func() {
		err := q.q.acquire(ctx, addr)
		busy, _ := errors.AsType[*apperr.Error](err)
		q.mu.Lock()
		defer q.mu.Unlock()
		switch {
		case err == nil:
			q.served = append(q.served, name)
		case errors.Is(err, apperr.ErrBusy) && busy.RetryAfter == busyRetryAfter:
			q.refused = append(q.refused, name)
		case errors.Is(err, context.Canceled):
			q.left = append(q.left, name)
		default:
			q.t.Errorf("%s gets %v", name, err)
		}
	}()
	synctest.Wait()
}

// calls is call for several callers of one address: a1, a2, a3.
func (q *queueing) calls(n int, addr, name string) {
	q.t.Helper()
	for k := range n {
		q.call(q.t.Context(), addr, fmt.Sprint(name, k+1))
	}
}

// serve releases the permit n times.
func (q *queueing) serve(n int) {
	q.t.Helper()
	for range n {
		q.q.release()
		synctest.Wait()
	}
}

func (q *queueing) want(served, refused string) {
	q.t.Helper()
	if got := strings.Join(q.served, " "); got != served {
		q.t.Errorf("served %s; want %s", got, served)
	}
	if got := strings.Join(q.refused, " "); got != refused {
		q.t.Errorf("refused %q; want %q", got, refused)
	}
}

func wantStats(t *testing.T, q *hashQueue, running, waiting int) {
	t.Helper()
	if r, w := q.stats(); r != running || w != waiting {
		t.Errorf("%d run and %d wait; want %d and %d", r, w, running, waiting)
	}
}

// inBubble runs a test with a queue of the limits of the service, and checks that the queue is empty afterwards.
func inBubble(t *testing.T, test func(t *testing.T, q *queueing)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueueing(t, [3]int{maxWaiting, maxPerNetwork, maxPerAddress})
		test(t, q)
		_, waiting := q.q.stats()
		q.serve(waiting + 1)
		wantStats(t, q.q, 0, 0)
		if len(q.q.waiting.parts) > 0 {
			t.Errorf("%d networks are still in the empty queue", len(q.q.waiting.parts))
		}
	})
}

func TestAddressesTakeTurns(t *testing.T) {
	inBubble(t, func(_ *testing.T, q *queueing) {
		q.calls(3, "192.0.2.1", "a")
		q.calls(3, "192.0.2.2", "b")
		q.calls(1, "192.0.2.3", "c")
		q.serve(7)
		q.want("a1 b1 c1 a2 b2 a3 b3", "")
	})
}

// Five addresses that always have as many waiting hashes as they may delay somebody else by two hashes at most.
func TestFiveFloodingAddressesDelayOthersByTwoHashes(t *testing.T) {
	inBubble(t, func(t *testing.T, q *queueing) {
		for k := range 5 { // for long enough to be known
			q.calls(2*maxPerAddress, fmt.Sprintf("198.51.100.%d", k+1), "flood")
		}
		q.serve(20)
		for round := range 20 {
			for k := range 5 {
				q.calls(2*maxPerAddress, fmt.Sprintf("198.51.100.%d", k+1), "flood")
			}
			q.served = nil
			name := fmt.Sprint("honest", round)
			q.call(t.Context(), fmt.Sprintf("192.0.2.%d", round+1), name)
			if slices.Contains(q.refused, name) {
				t.Fatalf("in round %d the honest caller is refused", round)
			}
			q.serve(2)
			if !slices.Contains(q.served, name) {
				t.Fatalf("in round %d the honest caller is not among the next two: %v", round, q.served)
			}
		}
	})
}

// Callers from ever new addresses do not keep those waiting whose addresses are known: they get a turn in four.
func TestNewAddressesDoNotStarveKnownOnes(t *testing.T) {
	inBubble(t, func(_ *testing.T, q *queueing) {
		q.calls(5, "192.0.2.7", "known")
		q.serve(4)
		q.served = nil
		for k := range 16 {
			q.calls(2, fmt.Sprintf("198.51.100.%d", k+1), "new")
		}
		for k := range 16 {
			q.calls(1, fmt.Sprintf("198.51.101.%d", k+1), "newer")
			q.serve(1)
		}
		if !slices.Contains(q.served, "known5") {
			q.t.Errorf("the known address got no turn of %d: %v", len(q.served), q.served)
		}
	})
}

func TestPrefixesOfIPv6TakeTurns(t *testing.T) {
	inBubble(t, func(_ *testing.T, q *queueing) {
		q.calls(1, "2001:db8:1:1::1", "a")
		q.calls(1, "2001:db8:1:1::2", "A") // the same /64
		q.calls(1, "2001:db8:1:2::1", "b") // the same /48
		q.calls(1, "2001:db8:1:3::1", "c")
		q.calls(1, "2001:db8:2:1::1", "d") // another /48
		q.calls(1, "192.0.2.1", "e")
		q.calls(1, "::ffff:192.0.2.1", "E")
		q.serve(7)
		q.want("a1 d1 e1 b1 E1 c1 A1", "")
	})
}

func TestAnAddressWithAFullShareIsBusyAndOthersAreNot(t *testing.T) {
	for name, c := range map[string]struct {
		address func(k int) string
		most    int
	}{
		"an IPv4 address":        {func(int) string { return "198.51.100.1" }, maxPerAddress},
		"also written as IPv6":   {func(k int) string { return []string{"198.51.100.1", "::ffff:198.51.100.1"}[k%2] }, maxPerAddress},
		"a /64":                  {func(k int) string { return fmt.Sprintf("2001:db8:1:1::%x", k+1) }, maxPerAddress},
		"a /48":                  {func(k int) string { return fmt.Sprintf("2001:db8:1:%x::1", k+1) }, maxPerNetwork},
		"callers without any":    {func(int) string { return "" }, maxPerAddress},
		"a 6to4 host's networks": {func(k int) string { return fmt.Sprintf("2002:c633:6401:%x::1", k) }, maxPerAddress},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, q *queueing) {
				for k := range 3 * maxWaiting {
					q.call(t.Context(), c.address(k), "flood")
				}
				if len(q.refused) != 3*maxWaiting-c.most {
					t.Errorf("%d of %d wait, want %d", 3*maxWaiting-len(q.refused), 3*maxWaiting, c.most)
				}
				q.refused = nil
				q.calls(2, "192.0.2.7", "honest")
				if q.refused != nil {
					t.Errorf("refused %v", q.refused)
				}
			})
		})
	}
}

// The largest networks and addresses give way to smaller ones when the queue is full.
func TestAFullQueueRefusesTheNewestOfTheLargest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueueing(t, [3]int{5, 3, 2})
		q.calls(3, "2001:db8:1:1::1", "a") // two of an address
		q.want("", "a3")
		q.calls(2, "2001:db8:1:2::1", "b") // three of a network: the newest of the two larger addresses
		q.want("", "a3 b2")
		q.calls(1, "2001:db8:1:3::1", "c")
		q.want("", "a3 b2 a2")
		q.calls(2, "192.0.2.1", "d")
		q.calls(1, "192.0.2.2", "e") // five in all
		q.want("", "a3 b2 a2 c1")
		q.calls(1, "192.0.2.3", "f") // of two networks with two, that whose turn is last
		q.want("", "a3 b2 a2 c1 d2")
		q.calls(1, "192.0.2.3", "f") // the newcomer itself, because no other network has more
		q.want("", "a3 b2 a2 c1 d2 f1")
		q.serve(6)
		wantStats(t, q.q, 0, 0)
		q.want("a1 d1 e1 f1 b1", "a3 b2 a2 c1 d2 f1")
	})
}

func TestEveryoneHavingOneTheNewcomerIsRefused(t *testing.T) {
	inBubble(t, func(_ *testing.T, q *queueing) {
		for k := range maxWaiting {
			q.calls(1, fmt.Sprintf("198.51.100.%d", k+1), "first")
		}
		q.calls(1, "192.0.2.7", "late")
		q.want("", "late1")
	})
}

func TestACallerWhoLeavesGivesUpTheirPlace(t *testing.T) {
	inBubble(t, func(t *testing.T, q *queueing) {
		ctx, cancel := context.WithCancel(t.Context())
		for k := range maxPerAddress {
			q.call(ctx, "198.51.100.1", fmt.Sprint("gone", k))
		}
		q.calls(1, "192.0.2.7", "honest")
		cancel()
		synctest.Wait()
		wantStats(t, q.q, 1, 1)
		if len(q.left) != maxPerAddress {
			t.Errorf("%d left, want %d", len(q.left), maxPerAddress)
		}
		q.calls(1, "198.51.100.1", "again")
		q.serve(2)
		q.want("honest1 again1", "")
	})
}

// A caller can leave at the moment at which it gets its turn.
func TestAPermitOfACallerWhoLeftIsPassedOn(t *testing.T) {
	t.Parallel()
	for range 200 {
		q := newHashQueue(1, [3]int{8, 8, 8})
		if err := q.acquire(t.Context(), "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- q.acquire(ctx, "192.0.2.2") }()
		go func() { done <- q.acquire(t.Context(), "192.0.2.3") }()
		go cancel()
		q.release()
		for range 2 {
			if err := <-done; err == nil {
				q.release()
			} else if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		wantStats(t, q, 0, 0)
	}
}

// Whatever comes, leaves and is served: no limit is exceeded, nobody is refused while there is room, and a caller is
// overtaken by at most one of each other network for each that it has before it in its own.
func TestTheLimitsOfTheQueueHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		most := [3]int{
			rapid.IntRange(1, 12).Draw(rt, "most of all"), rapid.IntRange(1, 6).Draw(rt, "most of a network"),
			rapid.IntRange(1, 4).Draw(rt, "most of an address"),
		}
		q := newHashQueue(1, most)
		q.running = 1
		type caller struct {
			path []string
			turn turn
		}
		var waiting []caller
		count := func(level int, key string) (n int) {
			for _, c := range waiting {
				if level == 0 || c.path[level-1] == key {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				if len(waiting) == 0 {
					continue
				}
				i := rapid.IntRange(0, len(waiting)-1).Draw(rt, "who leaves")
				q.leave(waiting[i].path, waiting[i].turn)
				waiting = slices.Delete(waiting, i, i+1)
			case 1:
				if len(waiting) == 0 {
					continue
				}
				q.release()
				got := slices.IndexFunc(waiting, func(c caller) bool { return len(c.turn) == 1 })
				if got < 0 {
					rt.Fatal("nobody is served")
				}
				if first := slices.IndexFunc(waiting, func(c caller) bool { return c.path[1] == waiting[got].path[1] }); first != got {
					rt.Fatalf("the callers of %s are not served in their order", waiting[got].path[1])
				}
				if err := <-waiting[got].turn; err != nil {
					rt.Fatalf("the caller whose turn it is gets %v", err)
				}
				waiting = slices.Delete(waiting, got, got+1)
			default:
				addr := fmt.Sprintf("2001:db8:%x:%x::1", rapid.IntRange(0, 3).Draw(rt, "network"), rapid.IntRange(0, 2).Draw(rt, "part"))
				path := []string{limit.NetworkKey(addr), limit.AddressKey(addr)}
				room := count(0, "") < most[0] && count(1, path[0]) < most[1] && count(2, path[1]) < most[2]
				waiting = append(waiting, caller{path, q.enter(path)})
				before := len(waiting)
				waiting = slices.DeleteFunc(waiting, func(c caller) bool { return len(c.turn) == 1 })
				if refused := before - len(waiting); room != (refused == 0) || refused > 1 {
					rt.Fatalf("%d are refused, room %t", refused, room)
				}
			}
			if q.waiting.size != len(waiting) || len(waiting) > most[0] {
				rt.Fatalf("%d wait, the queue says %d, at most %d", len(waiting), q.waiting.size, most[0])
			}
			for _, c := range waiting {
				if count(1, c.path[0]) > most[1] || count(2, c.path[1]) > most[2] {
					rt.Fatalf("too many wait in %v", c.path)
				}
			}
		}
	})
}

// A full queue refuses both kinds of work, and the refusal says when to come again.
func TestAFullQueueIsBusyAndDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(bcrypt.MinCost, newHashQueue(1, [3]int{2, 2, 2}))
		if err := h.queue.acquire(t.Context(), "203.0.113.1"); err != nil { // somebody's hash that takes its time
			t.Fatal(err)
		}
		results := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := h.Hash(t.Context(), testAddress, "password")
				results <- err
			}()
		}
		synctest.Wait()
		for _, call := range []func() error{
			func() error { _, err := h.Hash(t.Context(), testAddress, "password"); return err },
			func() error {
				ok, err := h.Verify(t.Context(), testAddress, "", "password")
				if ok {
					t.Error("with a full queue every password is right")
				}
				return err
			},
		} {
			err := call()
			busy, ok := errors.AsType[*apperr.Error](err)
			if !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter < time.Second {
				t.Errorf("with a full queue the error is %#v; want busy with a time to come again", err)
			}
		}
		wantStats(t, h.queue, 1, 2)
		h.queue.release()
		for range 2 {
			if err := <-results; err != nil {
				t.Errorf("one that waited failed: %v", err)
			}
		}
		synctest.Wait()
		wantStats(t, h.queue, 0, 0)
	})
}
