package notify

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// The bytes of a client are counted beneath its frames, because the WebSocket library reads on over empty
// fragments without telling anybody. Frames that may be ignored never come near these limits.
const (
	clientBytes     = 48 << 10 // a second
	clientByteBurst = 256 << 10
)

// meteredWriter hands out a connection whose reading is metered.
type meteredWriter struct {
	http.ResponseWriter
	meter func(net.Conn) net.Conn
}

var errNoHijack = errors.New("the connection cannot be taken over")

// Hijack implements http.Hijacker.
func (w meteredWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, ok := w.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errNoHijack
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}
	return w.meter(conn), buffered, nil
}

// meteredConn calls flooded, once, when a client sends more than it may.
type meteredConn struct {
	net.Conn
	limiter *rate.Limiter
	flooded func() // nil once it was called; used by the goroutine that reads only
}

func (c *meteredConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.flooded != nil && !c.limiter.AllowN(time.Now(), n) {
		c.flooded()
		c.flooded = nil
	}
	return n, err
}

// metered returns w such that the socket is closed when its client floods it.
func (s *Service) metered(w http.ResponseWriter, k *socket) http.ResponseWriter {
	return meteredWriter{ResponseWriter: w, meter: func(conn net.Conn) net.Conn {
		return &meteredConn{
			Conn: conn, limiter: rate.NewLimiter(clientBytes, clientByteBurst),
			flooded: func() { s.close(k, flood) },
		}
	}}
}

// unmetered returns the connection beneath.
func unmetered(conn net.Conn) net.Conn {
	if m, ok := conn.(*meteredConn); ok {
		return m.Conn
	}
	return conn
}
