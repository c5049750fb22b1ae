package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Conditions are what a [Proxy] does to connections. The zero value passes everything on.
type Conditions struct {
	Name string // for reports

	Delay     time.Duration // before each piece, in both directions
	PerTick   int           // at most so many bytes each way every 10 ms, 0 for any number
	BlackHole bool          // nothing passes until the conditions change; then everything continues, as with retransmitted packets
	Reset     bool          // every connection is reset, at once
	CutAfter  int           // bytes from the far side after which a connection is reset, 0 for never
}

// tick is the time in which PerTick bytes may pass.
const tick = 10 * time.Millisecond

// Proxy forwards connections to an address under network conditions that can be set. Close it.
type Proxy struct {
	Addr string

	target   string
	listener net.Listener
	pumps    sync.WaitGroup

	mu         sync.Mutex
	conditions Conditions            // guarded by mu
	changed    chan struct{}         // closed when the conditions change; guarded by mu
	conns      map[net.Conn]struct{} // guarded by mu
}

// NewProxy listens on a new loopback address.
func NewProxy(ctx context.Context, target string) (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a proxy: %w", err)
	}
	p := &Proxy{
		Addr: l.Addr().String(), target: target, listener: l,
		changed: make(chan struct{}), conns: map[net.Conn]struct{}{},
	}
	p.pumps.Go(p.accept)
	return p, nil
}

// Set changes the conditions, also of open connections.
func (p *Proxy) Set(w Conditions) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conditions = w
	close(p.changed)
	p.changed = make(chan struct{})
	if w.Reset {
		p.resetAll()
	}
}

// Close ends every connection. It may be called on nil.
func (p *Proxy) Close() error {
	if p == nil {
		return nil
	}
	err := p.listener.Close()
	p.Set(Conditions{Reset: true})
	p.pumps.Wait()
	return err
}

func (p *Proxy) now() (Conditions, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conditions, p.changed
}

// resetAll is called with p.mu held.
func (p *Proxy) resetAll() {
	for c := range p.conns {
		reset(c)
	}
	clear(p.conns)
}

// reset ends a connection with RST, so that the peer gets an error and not an end of file.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closed in any case
	}
	_ = c.Close()
}

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return // it was closed
		}
		p.pumps.Go(func() { p.join(near) })
	}
}

// join forwards bytes in both directions until one side closes, or the conditions reset both.
func (p *Proxy) join(near net.Conn) {
	far, err := (&net.Dialer{Timeout: 5 * time.Second}).Dial("tcp", p.target)
	if err != nil {
		reset(near)
		return
	}
	if !p.keep(near, far) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.pump(near, far, false) })
	both.Go(func() { p.pump(far, near, true) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, near)
	delete(p.conns, far)
}

// keep registers connections, so that they can be reset.
func (p *Proxy) keep(both ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range both {
		if p.conditions.Reset {
			reset(c)
			continue
		}
		p.conns[c] = struct{}{}
	}
	return !p.conditions.Reset
}

func (p *Proxy) pump(from, to net.Conn, answers bool) {
	buf, passed := make([]byte, 16<<10), 0
	for {
		n, err := from.Read(buf)
		if n > 0 {
			err = errors.Join(err, p.pass(to, buf[:n], &passed, answers))
		}
		if err != nil {
			_ = from.Close() // most servers treat a half-closed connection as closed
			_ = to.Close()
			return
		}
	}
}

var errCut = errors.New("cut")

// pass writes a piece as the conditions allow.
func (p *Proxy) pass(to net.Conn, piece []byte, passed *int, answers bool) error {
	for len(piece) > 0 {
		w, changed := p.now()
		if w.BlackHole {
			<-changed
			continue
		}
		part := piece
		if w.PerTick > 0 {
			part = piece[:min(len(piece), w.PerTick)]
			time.Sleep(tick)
		}
		time.Sleep(w.Delay)
		if w.CutAfter == 0 {
			*passed = 0
		} else if answers {
			part = part[:min(len(part), max(0, w.CutAfter-*passed))]
			*passed += len(part)
		}
		if _, err := to.Write(part); err != nil {
			return err
		}
		if answers && w.CutAfter > 0 && *passed >= w.CutAfter {
			reset(to)
			return errCut
		}
		piece = piece[len(part):]
	}
	return nil
}

// AllConditions returns one of each kind of bad conditions.
func AllConditions(delay time.Duration, perTick, cutAfter int) []Conditions {
	return []Conditions{
		{Name: "delay", Delay: delay},
		{Name: "throttle", PerTick: perTick},
		{Name: "black hole", BlackHole: true},
		{Name: "reset", Reset: true},
		{Name: "cut", CutAfter: cutAfter},
	}
}
