package bus

import (
	"net"
	"sync"
	"testing"
)

// cuttableProxy passes bytes on until it is frozen; then they vanish, on old connections for ever
// and on new ones until it is thawed.
type cuttableProxy struct {
	addr   string
	target string
	wg     sync.WaitGroup

	mu     sync.Mutex // guards what follows
	frozen bool
	conns  []*proxied
}

type proxied struct {
	net.Conn
	mu   sync.Mutex // guards dead
	dead bool
}

func newCuttableProxy(t *testing.T, target string) *cuttableProxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &cuttableProxy{addr: ln.Addr().String(), target: target}
	p.wg.Go(func() { p.serve(ln) })
	t.Cleanup(func() {
		_ = ln.Close()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.wg.Wait()
	})
	return p
}

func (p *cuttableProxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
	for _, c := range p.conns {
		c.mu.Lock()
		c.dead = true
		c.mu.Unlock()
	}
}

func (p *cuttableProxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = false
}

func (p *cuttableProxy) serve(ln net.Listener) {
	for {
		client, err := ln.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		a, b := &proxied{Conn: client, dead: p.frozen}, &proxied{Conn: server, dead: p.frozen}
		p.conns = append(p.conns, a, b)
		p.mu.Unlock()
		p.wg.Go(func() { pass(a, b) })
		p.wg.Go(func() { pass(b, a) })
	}
}

func pass(from, to *proxied) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		from.mu.Lock()
		dead := from.dead
		from.mu.Unlock()
		if dead && err == nil {
			continue
		}
		if err == nil {
			_, err = to.Write(buf[:n])
		}
		if err != nil {
			_ = from.Close()
			_ = to.Close()
			return
		}
	}
}

// blackHole accepts connections and never answers.
func blackHole(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			defer conn.Close() // when the listener is closed, not before
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	return ln.Addr().String()
}
