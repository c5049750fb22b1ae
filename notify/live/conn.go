package live

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// bufferedConn is the connection of a socket beneath melody and the WebSocket library. It meters what the
// client sends, and writes frames that follow each other closely with one system call. It also leads from
// a melody session to its socket, for which melody's own means would take more memory.
type bufferedConn struct {
	net.Conn
	hub    *Hub
	socket *socket

	// Used by the goroutine that reads.
	bytes   meter
	flooded bool

	held    *[]byte     // frames that wait for the next one, or nil; guarded by the library's lock for writing
	holding atomic.Bool // held is not nil
	unsent  int64       // frames that melody counts as written but were held; used by its write goroutine
}

// Read implements net.Conn.
func (c *bufferedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.flooded && !c.bytes.allow(time.Now(), n, clientBytes, clientByteBurst) {
		c.flooded = true
		c.hub.close(c.socket, tooManyFrames)
	}
	return n, err
}

// Write implements net.Conn. It holds p only while melody has another frame of this socket to write, so no
// frame waits for one that may never come. A system call is the most expensive part of a frame. A ping never waits.
func (c *bufferedConn) Write(p []byte) (int, error) {
	ping := isPing(p)
	hold := ping && c.held != nil || !isControl(p) && c.socket.inFlight.Load()-c.unsent > 1
	if c.held == nil && !hold {
		if ping {
			return c.writePing(p)
		}
		return c.Conn.Write(p)
	}
	if c.held == nil {
		c.held = c.hub.buffers.Get().(*[]byte)
		c.holding.Store(true)
	}
	*c.held = append(*c.held, p...)
	if hold {
		return len(p), nil
	}
	if _, err := c.Conn.Write(*c.held); err != nil {
		return 0, err // the connection is unusable, and with it the buffer
	}
	*c.held = (*c.held)[:0]
	c.hub.buffers.Put(c.held)
	c.held = nil
	c.holding.Store(false)
	return len(p), nil
}

// writePing writes a ping, or nothing of it if the connection can take none of it at once. The library ends a connection
// whose write fails. So a deadline that passed because the program had no processor for that long is not a failure: it
// would end idle sockets of healthy clients on a busy machine.
func (c *bufferedConn) writePing(p []byte) (int, error) {
	n, err := tryWrite(c.Conn, p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_ = c.SetWriteDeadline(time.Now().Add(pingWait)) // if this fails, the write does, too
		if n, err = tryWrite(c.Conn, p); errors.Is(err, os.ErrDeadlineExceeded) {
			return len(p), nil // the next turn comes before the peer is given up
		}
	}
	if err != nil || n == 0 || n == len(p) {
		return len(p), err
	}
	rest, err := c.Conn.Write(p[n:])
	return n + rest, err
}

// sent counts a frame that melody has written, and returns how many have left since it last returned more
// than 0.
func (c *bufferedConn) sent() int64 {
	c.unsent++
	if c.holding.Load() {
		return 0
	}
	n := c.unsent
	c.unsent = 0
	return n
}

// isControl reports whether p is a control frame of a server (RFC 6455 §5.5), which the library writes in
// one call and which must not be held. The end of a longer frame that looks like one is not held either.
func isControl(p []byte) bool {
	return len(p) >= 2 && p[0] >= 0x88 && len(p) == 2+int(p[1])
}

// isPing reports whether p is a ping of a server without content.
func isPing(p []byte) bool { return len(p) == 2 && p[0] == 0x89 && p[1] == 0 }

// hijacker returns its connection as the bufferedConn of a socket.
type hijacker struct {
	http.ResponseWriter
	hub    *Hub
	socket *socket
}

var errNoHijack = errors.New("the connection cannot be taken over")

// Hijack implements http.Hijacker.
func (w *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	inner, ok := w.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errNoHijack
	}
	conn, buffered, err := inner.Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}
	return &bufferedConn{Conn: conn, hub: w.hub, socket: w.socket}, buffered, nil
}

// rawConn returns the connection beneath a bufferedConn.
func rawConn(conn net.Conn) net.Conn {
	if c, ok := conn.(*bufferedConn); ok {
		return c.Conn
	}
	return conn
}
