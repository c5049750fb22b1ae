// Package fault breaks the network of tests: a [Proxy] before a server refuses, cuts or drops connections, or cuts
// one at a chosen message. It imports no other package of the program, so that the tests of every package can use it.
package fault

import (
	"context"
	"net"
	"sync"
	"testing"
)

// Action is what a proxy does with bytes from a client.
type Action int

// The actions.
const (
	Forward     Action = iota
	CutRequest         // cuts the connection, and the server does not get the bytes
	CutResponse        // forwards the bytes, and cuts the connection when the server responds
	DropRequest        // discards the bytes and all later ones of the connection; the server does not learn that it ended
)

// Proxy forwards TCP connections to a server.
type Proxy struct {
	Addr   string // where clients connect
	target string
	wg     sync.WaitGroup

	mu        sync.Mutex   // guards what follows
	listener  net.Listener // nil while the proxy is closed
	dropping  bool
	intercept func(sent []byte) Action
	links     map[*link]bool
}

// link is a connection of a client and the connection to the server that belongs to it.
type link struct {
	client, server net.Conn

	mu          sync.Mutex // guards what follows
	dropping    bool       // both directions, until the link is closed
	abandoned   bool       // the server keeps its connection when the client closes its own
	cutResponse bool
}

// NewProxy starts a proxy of the server at target. It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p := &Proxy{Addr: "127.0.0.1:0", target: target, links: map[*link]bool{}}
	p.Open(t)
	t.Cleanup(func() { p.Close(); p.wg.Wait() })
	return p
}

// Open accepts connections again after Close, on the same address.
func (p *Proxy) Open(t testing.TB) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", p.Addr)
	if err != nil {
		t.Fatalf("open the proxy: %v", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Addr, p.listener = l.Addr().String(), l
	p.wg.Go(func() { p.serve(t.Context(), l) })
}

// Close refuses new connections and cuts the open ones.
func (p *Proxy) Close() {
	p.Refuse()
	p.Cut()
}

// Refuse refuses new connections. Open ends that.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
}

// Cut closes every connection, even in the middle of a message.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.close()
	}
}

// Drop silently discards all bytes from now on: forever on connections that are open now, until Resume on new ones.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropping = true
	for l := range p.links {
		l.drop()
	}
}

// Resume forwards the bytes of new connections again after Drop.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropping = false
}

// Intercept calls fn with each chunk of bytes from a client and does what it returns. Several goroutines call fn at
// once. Without an fn the proxy forwards everything.
func (p *Proxy) Intercept(fn func(sent []byte) Action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.intercept = fn
}

// Conns returns the number of open connections of clients.
func (p *Proxy) Conns() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

func (p *Proxy) serve(ctx context.Context, l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, "tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.add(l, &link{client: client, server: server})
	}
}

func (p *Proxy) add(l net.Listener, one *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != l { // closed in the meantime
		one.close()
		return
	}
	one.dropping = p.dropping
	p.links[one] = true
	p.wg.Go(func() { p.forward(one, one.client, one.server, p.onRequest) })
	p.wg.Go(func() { p.forward(one, one.server, one.client, onResponse) })
}

// forward copies bytes in one direction until the connection is cut.
func (p *Proxy) forward(one *link, from, to net.Conn, decide func(*link, []byte) Action) {
	defer p.remove(one)
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if one.isDropping() {
			continue
		}
		switch decide(one, buf[:n]) {
		case CutRequest:
			return
		case DropRequest:
			one.abandon()
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *Proxy) remove(one *link) {
	if one.isAbandoned() {
		_ = one.client.Close()
		return // Cut closes the other one
	}
	one.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, one)
}

func (p *Proxy) onRequest(one *link, data []byte) Action {
	p.mu.Lock()
	intercept := p.intercept
	p.mu.Unlock()
	if intercept == nil {
		return Forward
	}
	action := intercept(data)
	if action == CutResponse {
		one.cutNextResponse()
	}
	return action
}

func onResponse(one *link, _ []byte) Action {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.cutResponse {
		return CutRequest
	}
	return Forward
}

func (l *link) cutNextResponse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cutResponse = true
}

func (l *link) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropping = true
}

func (l *link) abandon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropping, l.abandoned = true, true
}

func (l *link) isAbandoned() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.abandoned
}

func (l *link) isDropping() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropping
}

func (l *link) close() {
	_ = l.client.Close()
	_ = l.server.Close()
}

// BlackHole returns the address of a server that accepts connections and never responds.
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
