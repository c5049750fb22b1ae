package notify

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// line is the connection of a socket. What is read from it is metered; what is written goes out together
// when there is more of it. It is also how the socket of a melody session is found, which takes no
// memory of its own.
type line struct {
	net.Conn
	s      *Service
	socket *socket

	// Used by the goroutine that reads only.
	bytes   meter
	flooded bool

	held    *[]byte     // frames that wait for the next one, nil for none; under the library's lock for writing
	holding atomic.Bool // held is there
	unsent  int64       // frames that melody takes for written and that are, or were, held; used by its write goroutine only
}

// Read implements net.Conn.
func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if n > 0 && !l.flooded && !l.bytes.allow(time.Now(), n, clientBytes, clientByteBurst) {
		l.flooded = true
		l.s.close(l.socket, flood)
	}
	return n, err
}

// Write implements net.Conn. While another frame is on its way to melody it only holds p, because a
// system call costs more than anything else about a frame; no frame waits for one that may not come.
func (l *line) Write(p []byte) (int, error) {
	wait := !isControl(p) && l.socket.flight.Load()-l.unsent > 1
	if l.held == nil && !wait {
		return l.Conn.Write(p)
	}
	if l.held == nil {
		l.held = l.s.buffers.Get().(*[]byte)
		l.holding.Store(true)
	}
	*l.held = append(*l.held, p...)
	if wait {
		return len(p), nil
	}
	if _, err := l.Conn.Write(*l.held); err != nil {
		return 0, err // the connection is of no use any more
	}
	*l.held = (*l.held)[:0]
	l.s.buffers.Put(l.held)
	l.held = nil
	l.holding.Store(false)
	return len(p), nil
}

// sent counts a frame that melody has written, and returns how many have left since it last said so.
func (l *line) sent() int64 {
	l.unsent++
	if l.holding.Load() {
		return 0
	}
	n := l.unsent
	l.unsent = 0
	return n
}

// isControl reports whether p is a control frame of a server (RFC 6455 §5.5), which the library writes in
// one piece: a goodbye must not be held. If the rest of a longer frame looks like one, it is not held either.
func isControl(p []byte) bool {
	return len(p) >= 2 && p[0] >= 0x88 && len(p) == 2+int(p[1])
}

// lineWriter hands out its connection as the line of a socket.
type lineWriter struct {
	http.ResponseWriter
	s      *Service
	socket *socket
}

var errNoHijack = errors.New("the connection cannot be taken over")

// Hijack implements http.Hijacker.
func (w lineWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, ok := w.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errNoHijack
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}
	return &line{Conn: conn, s: w.s, socket: w.socket}, buffered, nil
}

// unmetered returns the connection beneath.
func unmetered(conn net.Conn) net.Conn {
	if l, ok := conn.(*line); ok {
		return l.Conn
	}
	return conn
}
