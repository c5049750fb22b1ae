package listen

import (
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"time"
)

// peers are connections on an idle list, both ends of each.
type peers struct {
	t        *testing.T
	idle     *idleList
	listener net.Listener
	clients  []net.Conn
}

func newPeers(t *testing.T, most int) *peers {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &peers{t: t, idle: newIdleList(most), listener: l}
}

func (p *peers) connect() *conn {
	p.t.Helper()
	client, err := net.Dial("tcp", p.listener.Addr().String())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = client.Close() })
	accepted, err := p.listener.Accept()
	if err != nil {
		p.t.Fatal(err)
	}
	c := &conn{TCPConn: accepted.(*net.TCPConn), idle: p.idle}
	p.t.Cleanup(func() { _ = c.Close() }) // most tests have closed it
	p.clients = append(p.clients, client)
	p.idle.open(c)
	return c
}

// closed returns the numbers of the connections that were closed.
func (p *peers) closed() (all []int) {
	p.t.Helper()
	for i, client := range p.clients {
		if err := client.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil { // a closed one fails at once
			p.t.Fatal(err)
		}
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			all = append(all, i)
		}
	}
	return all
}

func (p *peers) wantClosed(want ...int) {
	p.t.Helper()
	if got := p.closed(); !slices.Equal(got, want) {
		p.t.Errorf("closed are %v, want %v", got, want)
	}
}

func TestTheConnectionIdleForLongestIsClosed(t *testing.T) {
	t.Parallel()
	p := newPeers(t, 3)
	first, second, third := p.connect(), p.connect(), p.connect()
	p.idle.remove(first)
	p.idle.remove(second)
	p.idle.remove(third)
	p.idle.add(second)
	p.idle.add(second) // a second time
	p.idle.add(first)
	p.wantClosed()
	p.connect()
	p.wantClosed(1)
	_ = second.Close()
	p.connect()
	p.wantClosed(0, 1)
	_ = first.Close()
	_ = first.Close()
	p.idle.add(first) // a closed one is not listed
	if err := third.Close(); err != nil {
		t.Error(err)
	}
	p.connect()
	p.wantClosed(0, 1, 2)
	if p.idle.openCount != 3 || p.idle.count != 3 {
		t.Errorf("%d are open, %d are idle; want 3 and 3", p.idle.openCount, p.idle.count)
	}
}

func TestWithoutALimitIdleConnectionsAreStillBounded(t *testing.T) {
	t.Parallel()
	p := newPeers(t, 0)
	p.idle.count = maxIdle - 2
	for range 3 {
		p.connect()
	}
	p.wantClosed(0)
}
