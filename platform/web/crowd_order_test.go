package web

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// guests are connections of a crowd, by both their ends.
type guests struct {
	t      *testing.T
	crowd  *crowd
	listen net.Listener
	far    []net.Conn
}

func newGuests(t *testing.T, most int) *guests {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &guests{t: t, crowd: newCrowd(most), listen: l}
}

func (g *guests) come() *wireConn {
	g.t.Helper()
	far, err := net.Dial("tcp", g.listen.Addr().String())
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = far.Close() })
	near, err := g.listen.Accept()
	if err != nil {
		g.t.Fatal(err)
	}
	c := &wireConn{TCPConn: near.(*net.TCPConn), crowd: g.crowd}
	g.t.Cleanup(func() { _ = c.Close() }) // often closed already
	g.far = append(g.far, far)
	g.crowd.enter(c)
	return c
}

// gone lists those that were closed, by the order in which they came.
func (g *guests) gone() (all []int) {
	g.t.Helper()
	for i, far := range g.far {
		if err := far.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil { // a closed one is seen at once
			g.t.Fatal(err)
		}
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			all = append(all, i)
		}
	}
	return all
}

func (g *guests) wantGone(want ...int) {
	g.t.Helper()
	got := g.gone()
	same := len(got) == len(want)
	for i := range want {
		same = same && got[i] == want[i]
	}
	if !same {
		g.t.Errorf("gone are %v, want %v", got, want)
	}
}

func TestWhoHasBeenIdleForLongestGoes(t *testing.T) {
	t.Parallel()
	g := newGuests(t, 3)
	first, second, third := g.come(), g.come(), g.come()
	g.crowd.works(first)
	g.crowd.works(second)
	g.crowd.works(third)
	g.crowd.waits(second)
	g.crowd.waits(second) // says so twice
	g.crowd.waits(first)
	g.wantGone()
	g.come()
	g.wantGone(1)
	_ = second.Close()
	g.come()
	g.wantGone(0, 1)
	_ = first.Close()
	_ = first.Close()
	g.crowd.waits(first) // is closed, and waits for nothing
	if err := third.Close(); err != nil {
		t.Error(err)
	}
	g.come()
	g.wantGone(0, 1, 2)
	if g.crowd.open != 3 || g.crowd.count != 3 {
		t.Errorf("%d are open, %d wait; want 3 and 3", g.crowd.open, g.crowd.count)
	}
}

func TestWithoutALimitOnlyVeryManyIdleOnesAreTooMany(t *testing.T) {
	t.Parallel()
	g := newGuests(t, 0)
	g.crowd.count = mostWaiting - 2
	for range 3 {
		g.come()
	}
	g.wantGone(0)
}
