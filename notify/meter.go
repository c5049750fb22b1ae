package notify

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Frames of a client are ignored up to this many; then it is a flood. Its bytes are counted beneath its
// frames, because the WebSocket library reads on over empty fragments without telling anybody; frames
// that may be ignored never come near those limits.
const (
	clientFrames     = 10 // a second
	clientFrameBurst = 50
	clientBytes      = 48 << 10 // a second
	clientByteBurst  = 256 << 10
)

// meter counts what comes from a client, in one word: the time at which it has all been earned back.
// The zero meter has counted nothing. It is used by one goroutine.
type meter struct{ until time.Time }

// allow counts n more, and reports whether that is within a rate per second and a burst.
func (m *meter) allow(now time.Time, n, perSecond, burst int) bool {
	one := time.Second / time.Duration(perSecond)
	if m.until.Before(now) {
		m.until = now
	}
	m.until = m.until.Add(time.Duration(n) * one)
	return m.until.Sub(now) <= time.Duration(burst)*one
}

// line is the connection of a socket. What is read from it is metered, and it is how the socket of a
// melody session is found, which takes no memory of its own.
type line struct {
	net.Conn
	s      *Service
	socket *socket

	bytes   meter // used by the goroutine that reads only, as is flooded
	flooded bool
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
