// Package fault is the network of tests that goes wrong: a [Road] to a server that can be closed, cut,
// lose what it carries, or be cut at a certain moment. It knows nothing of this program, so that the tests
// of every package may use it.
package fault

import (
	"context"
	"net"
	"sync"
	"testing"
)

// Fate is what happens to bytes on their way to the server.
type Fate int

// The fates.
const (
	Arrive         Fate = iota
	CutBefore           // the connection breaks, and they do not arrive
	CutAfterAnswer      // they arrive, and the connection breaks before the answer comes back
)

// Road carries bytes between clients and a server.
type Road struct {
	Addr   string // where clients connect
	target string
	wg     sync.WaitGroup

	mu       sync.Mutex   // guards what follows
	listener net.Listener // nil while the road is closed
	losing   bool
	judge    func(sent []byte) Fate
	trips    map[*trip]bool
}

// trip is a connection of a client and the one to the server that stands for it.
type trip struct {
	near, far net.Conn

	mu     sync.Mutex // guards what follows
	lost   bool       // whatever comes vanishes
	doomed bool       // breaks with the next bytes from the server
}

// NewRoad opens a road to the address. It ends with the test.
func NewRoad(t testing.TB, target string) *Road {
	t.Helper()
	r := &Road{Addr: "127.0.0.1:0", target: target, trips: map[*trip]bool{}}
	r.Open(t)
	t.Cleanup(func() { r.Close(); r.wg.Wait() })
	return r
}

// Open takes connections again after Close, on the same address.
func (r *Road) Open(t testing.TB) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", r.Addr)
	if err != nil {
		t.Fatalf("open a road: %v", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Addr, r.listener = l.Addr().String(), l
	r.wg.Go(func() { r.serve(t.Context(), l) })
}

// Close refuses new connections and cuts the others.
func (r *Road) Close() {
	r.mu.Lock()
	if r.listener != nil {
		_ = r.listener.Close()
		r.listener = nil
	}
	r.mu.Unlock()
	r.Cut()
}

// Cut breaks every connection, in the middle of whatever goes over it.
func (r *Road) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for trip := range r.trips {
		trip.end()
	}
}

// Lose has everything vanish from now on, without a word to either side: on connections that are open
// for ever, on new ones until Carry.
func (r *Road) Lose() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.losing = true
	for trip := range r.trips {
		trip.lose()
	}
}

// Carry ends what Lose began.
func (r *Road) Carry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.losing = false
}

// Judge has fn decide what happens to bytes of clients, as they come; nil has them all arrive. It is
// called by several goroutines at once.
func (r *Road) Judge(fn func(sent []byte) Fate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.judge = fn
}

// Conns returns how many connections are open.
func (r *Road) Conns() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.trips)
}

func (r *Road) serve(ctx context.Context, l net.Listener) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		far, err := new(net.Dialer).DialContext(ctx, "tcp", r.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		r.begin(l, &trip{near: near, far: far})
	}
}

func (r *Road) begin(l net.Listener, one *trip) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listener != l { // it was closed meanwhile
		one.end()
		return
	}
	one.lost = r.losing
	r.trips[one] = true
	r.wg.Go(func() { r.pass(one, one.near, one.far, r.sent) })
	r.wg.Go(func() { r.pass(one, one.far, one.near, answered) })
}

// pass carries bytes one way until the connection breaks.
func (r *Road) pass(one *trip, from, to net.Conn, fate func(*trip, []byte) Fate) {
	defer r.forget(one)
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if one.isLost() {
			continue
		}
		if fate(one, buf[:n]) == CutBefore {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (r *Road) forget(one *trip) {
	one.end()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.trips, one)
}

// sent judges what a client sent.
func (r *Road) sent(one *trip, data []byte) Fate {
	r.mu.Lock()
	judge := r.judge
	r.mu.Unlock()
	if judge == nil {
		return Arrive
	}
	fate := judge(data)
	if fate == CutAfterAnswer {
		one.doom()
	}
	return fate
}

// answered judges what the server sent.
func answered(one *trip, _ []byte) Fate {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.doomed {
		return CutBefore
	}
	return Arrive
}

func (one *trip) doom() {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.doomed = true
}

func (one *trip) lose() {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.lost = true
}

func (one *trip) isLost() bool {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.lost
}

func (one *trip) end() {
	_ = one.near.Close()
	_ = one.far.Close()
}

// BlackHole returns the address of a server that takes connections and never answers.
func BlackHole(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("open a black hole: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close() // when the listener is closed, not before
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}
