package auth

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// How many hashes may wait: 64 take about 8 s on two cores at cost 12. One address needs more than a few only if many
// people sign in behind it at once.
const (
	maxWaiting     = 64 // of all
	maxPerNetwork  = 32 // of an IPv6 /48
	maxPerAddress  = 16 // of an IPv4 address or an IPv6 /64
	busyRetryAfter = 5 * time.Second
)

// A network's use is its number of turns among the last rememberedTurns. Three turns of turnsOfAll go to the network with
// the least use, so who signs in once in a while comes next, however many others keep hashing. The other turn goes around
// all networks, so nobody starves behind networks that are new.
const (
	rememberedTurns = 64
	turnsOfAll      = 4
)

// hashQueue gives permits to compute. While callers wait, the turns go to the networks with the least use and around all
// networks, and in each network around its addresses.
type hashQueue struct {
	permits int
	most    [3]int // callers who wait: of all, of a network, of an address

	mu      sync.Mutex
	running int                     // permits that are taken; guarded by mu
	waiting waiters                 // guarded by mu
	turns   int                     // that there were; guarded by mu
	last    [rememberedTurns]string // the networks of the last turns, at their number modulo the length; guarded by mu
}

// newHashQueue returns a queue of that many permits, in which at most the numbers of callers wait: of all, of a network,
// and of an address.
func newHashQueue(permits int, most [3]int) *hashQueue {
	return &hashQueue{permits: permits, most: most}
}

// acquire waits for a permit for the client at addr; release must follow. It returns apperr.ErrBusy if too many
// callers wait, and ctx.Err() if ctx ends before its turn.
func (q *hashQueue) acquire(ctx context.Context, addr string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path := []string{limit.NetworkKey(addr), limit.AddressKey(addr)}
	turn := q.enter(path)
	if turn == nil {
		return nil
	}
	select {
	case err := <-turn:
		return err
	case <-ctx.Done():
		q.leave(path, turn)
		return ctx.Err()
	}
}

// enter takes a free permit and returns nil, or returns the turn to wait for.
func (q *hashQueue) enter(path []string) turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running < q.permits {
		q.running++
		q.remember(path[0])
		return nil
	}
	t := make(turn, 1)
	q.waiting.add(t, path, q.most[:])
	return t
}

// leave takes a caller out of the queue that does not wait for its turn. A permit that it has got meanwhile is passed on.
func (q *hashQueue) leave(path []string, t turn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.waiting.remove(t, path) && <-t == nil {
		q.pass()
	}
}

func (q *hashQueue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pass()
}

// pass gives a permit to the next caller, or keeps it as free.
func (q *hashQueue) pass() {
	if q.waiting.size == 0 {
		q.running--
		return
	}
	if q.turns%turnsOfAll != 0 {
		q.waiting.bringForward(q.use())
	}
	q.remember(q.waiting.parts[0].key)
	q.waiting.next() <- nil
}

func (q *hashQueue) remember(network string) {
	q.last[q.turns%rememberedTurns] = network
	q.turns++
}

// use returns the use of each network.
func (q *hashQueue) use() map[string]int {
	use := make(map[string]int, rememberedTurns)
	for _, network := range q.last {
		use[network]++
	}
	return use
}

func (q *hashQueue) stats() (running, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running, q.waiting.size
}

// turn receives nil together with a permit, or apperr.ErrBusy. It has room for the one error that is ever sent.
type turn chan error

// waiters are waiting callers: those of an address, or parts of them by their next key. The methods take the keys on
// the way to an address as a path.
type waiters struct {
	key   string
	size  int
	parts []*waiters // none is empty; the next turn is that of the first
	turns []turn     // of an address, oldest first
}

// add appends a turn. For each level that then has more than its most, one turn is refused: the newest of the
// largest part, or of the part of path if no other is larger. It returns how many were refused.
func (w *waiters) add(t turn, path []string, most []int) (refused int) {
	w.size++
	if len(path) == 0 {
		w.turns = append(w.turns, t)
	} else {
		part := w.part(path[0])
		if part == nil {
			part = &waiters{key: path[0]}
			w.parts = append(w.parts, part)
		}
		refused = part.add(t, path[1:], most[1:])
		w.size -= refused
	}
	if w.size > most[0] {
		w.refuse(path)
		refused++
	}
	return refused
}

func (w *waiters) refuse(path []string) {
	w.size--
	if len(w.parts) == 0 {
		last := len(w.turns) - 1
		w.turns[last] <- apperr.ErrBusy.After(busyRetryAfter)
		w.turns = w.turns[:last]
		return
	}
	largest := w.parts[0]
	for _, part := range w.parts {
		if part.size > largest.size || part.size == largest.size && largest.key != path[0] {
			largest = part
		}
	}
	largest.refuse(path[1:])
	w.tidy()
}

// bringForward makes the next turn that of the part with the least use.
func (w *waiters) bringForward(use map[string]int) {
	least := 0
	for i, part := range w.parts {
		if use[part.key] < use[w.parts[least].key] {
			least = i
		}
	}
	part := w.parts[least]
	copy(w.parts[1:], w.parts[:least])
	w.parts[0] = part
}

// next removes the turn that is due and returns it.
func (w *waiters) next() turn {
	w.size--
	if len(w.parts) == 0 {
		t := w.turns[0]
		w.turns = w.turns[1:]
		return t
	}
	first := w.parts[0]
	t := first.next()
	w.parts = append(w.parts[1:], first)
	w.tidy()
	return t
}

// remove reports whether the turn was there.
func (w *waiters) remove(t turn, path []string) (found bool) {
	if len(path) == 0 {
		before := len(w.turns)
		w.turns = slices.DeleteFunc(w.turns, func(o turn) bool { return o == t })
		found = len(w.turns) < before
	} else if part := w.part(path[0]); part != nil {
		found = part.remove(t, path[1:])
		w.tidy()
	}
	if found {
		w.size--
	}
	return found
}

func (w *waiters) part(key string) *waiters {
	if i := slices.IndexFunc(w.parts, func(p *waiters) bool { return p.key == key }); i >= 0 {
		return w.parts[i]
	}
	return nil
}

// tidy drops parts without callers.
func (w *waiters) tidy() {
	w.parts = slices.DeleteFunc(w.parts, func(p *waiters) bool { return p.size == 0 })
}
