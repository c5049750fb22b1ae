package listen

import "sync"

// maxIdle limits the idle connections: each costs some 15 KB.
const maxIdle = 16 << 10

// idleList counts the open connections and lists the idle ones, which wait for a request. When there are too many, it
// closes the one that has been idle for longest. A client that was about to send a request on it connects again, as after
// any idle timeout of a server (RFC 9112 §9.6).
type idleList struct {
	most      int           // open connections; 0 means any number
	lingering chan struct{} // holds one value per connection that lingers

	mu        sync.Mutex
	openCount int  // guarded by mu
	count     int  // of the idle connections; guarded by mu
	ring      conn // before the first and after the last idle connection; its links are guarded by mu
}

func newIdleList(most int) *idleList {
	lingering := maxLingering
	if most > 0 {
		lingering = min(lingering, most/8+1) // they are open connections too
	}
	l := &idleList{most: most, lingering: make(chan struct{}, lingering)}
	l.ring.prev, l.ring.next = &l.ring, &l.ring
	return l
}

// open adds a new connection, which is idle, and may close another one.
func (l *idleList) open(c *conn) {
	l.mu.Lock()
	l.openCount++
	l.append(c)
	var oldest *conn
	if l.most > 0 && l.openCount > l.most || l.count > maxIdle {
		oldest = l.ring.next
		l.unlink(oldest)
	}
	l.mu.Unlock()
	if oldest != nil {
		_ = oldest.TCPConn.Close() // its reader fails and calls conn.Close
	}
}

// add lists a connection as idle.
func (l *idleList) add(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.next == nil && !c.closed {
		l.append(c)
	}
}

// remove takes a connection with a request off the list.
func (l *idleList) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unlink(c)
}

// close forgets a connection.
func (l *idleList) close(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !c.closed {
		c.closed = true
		l.openCount--
		l.unlink(c)
	}
}

// append lists a connection last. The caller holds mu.
func (l *idleList) append(c *conn) {
	c.prev, c.next = l.ring.prev, &l.ring
	c.prev.next, c.next.prev = c, c
	l.count++
}

// unlink does nothing for a connection that is not listed. The caller holds mu.
func (l *idleList) unlink(c *conn) {
	if c.next != nil {
		c.prev.next, c.next.prev = c.next, c.prev
		c.prev, c.next = nil, nil
		l.count--
	}
}
