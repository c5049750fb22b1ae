package listen

import (
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"
)

// open returns the number of open connections.
func (p *peers) open() int {
	p.idle.mu.Lock()
	defer p.idle.mu.Unlock()
	return p.idle.openCount
}

// wantReset writes until the other side has reset the connection.
func wantReset(t *testing.T, client net.Conn) {
	t.Helper()
	if err := client.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := client.Write(make([]byte, 1<<10)); err != nil {
			if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
				t.Errorf("%v; want a reset", err)
			}
			return
		}
	}
}

func TestALingeringConnectionTakesWhatIsSent(t *testing.T) {
	t.Parallel()
	p := newPeers(t, 8)
	c := p.connect()
	c.lingers.Store(true)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	client := p.clients[0]
	if err := client.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read: %v, want %v", err, io.EOF)
	}
	for sent := 0; sent < lingerBytes; sent += 1 << 20 {
		if _, err := client.Write(make([]byte, 1<<20)); err != nil {
			t.Fatalf("after %d bytes: %v", sent, err)
		}
	}
	wantReset(t, client)
	for p.open() > 0 { // a connection that stays open fails the test by its timeout
		runtime.Gosched()
	}
}

func TestBeyondTheLimitConnectionsDoNotLinger(t *testing.T) {
	t.Parallel()
	p := newPeers(t, 8)
	limit := cap(p.idle.lingering)
	if limit < 1 || limit > 2 {
		t.Fatalf("%d of 8 connections may linger", limit)
	}
	for range limit + 1 {
		c := p.connect()
		c.lingers.Store(true)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := p.open(); n != limit {
		t.Errorf("%d connections are open, want %d", n, limit)
	}
	wantReset(t, p.clients[limit])
}
