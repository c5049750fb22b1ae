package web

import "sync"

// mostWaiting is how many connections may be open for which nothing is done: each costs some 15 KB.
const mostWaiting = 16 << 10

// crowd is the connections that are open. When there are too many, the one for which nothing has been done for longest
// makes room: it is kept for a next request, or has yet to send its first. A client that is just about to send one
// connects anew, as it has to whenever a server closes an idle connection (RFC 9112 §9.6).
type crowd struct {
	most int // connections; 0 for as many as there are

	mu    sync.Mutex
	open  int      // guarded by mu
	count int      // of those that wait; guarded by mu
	ring  wireConn // stands before the first and after the last that waits; its links are guarded by mu
}

func newCrowd(most int) *crowd {
	w := &crowd{most: most}
	w.ring.prev, w.ring.next = &w.ring, &w.ring
	return w
}

// enter takes a connection in, and may close another.
func (w *crowd) enter(c *wireConn) {
	w.mu.Lock()
	w.open++
	w.append(c)
	var out *wireConn
	if w.most > 0 && w.open > w.most || w.count > mostWaiting {
		out = w.ring.next
		w.remove(out)
	}
	w.mu.Unlock()
	if out != nil {
		_ = out.TCPConn.Close() // whoever reads from it closes it for good
	}
}

// waits says that nothing is done for a connection.
func (w *crowd) waits(c *wireConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.next == nil && !c.gone {
		w.append(c)
	}
}

// works says that a request of a connection is worked on.
func (w *crowd) works(c *wireConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remove(c)
}

func (w *crowd) leave(c *wireConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !c.gone {
		c.gone = true
		w.open--
		w.remove(c)
	}
}

// append puts a connection behind all that wait. mu is held.
func (w *crowd) append(c *wireConn) {
	c.prev, c.next = w.ring.prev, &w.ring
	c.prev.next, c.next.prev = c, c
	w.count++
}

// remove is fine for one that does not wait. mu is held.
func (w *crowd) remove(c *wireConn) {
	if c.next != nil {
		c.prev.next, c.next.prev = c.next, c.prev
		c.prev, c.next = nil, nil
		w.count--
	}
}
