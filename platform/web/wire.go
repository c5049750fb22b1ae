package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// AnswerAlike makes s answer what net/http refuses by itself, before any handler sees it, as everything
// else is answered: a request that is none, headers that are too large, a missing Host. net/http writes
// plain text without an id; on a connection of the listener that is returned, that text becomes a
// problem document. It is called before s serves, with the handler in place.
//
// A client that takes nothing of its answer for as long as patience is cut off, before WriteTimeout would do it. When
// there are more than most connections, 0 for any number, the one that has been idle for longest is closed.
func AnswerAlike(s *http.Server, l net.Listener, patience time.Duration, most int) net.Listener {
	next := s.Handler
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, wireKey{}, c) }
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(wireKey{}).(*wireConn); ok {
			c.handled.Store(true)
			c.crowd.works(c)
		}
		next.ServeHTTP(w, r)
	})
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if c, ok := c.(*wireConn); ok && state == http.StateIdle {
			c.handled.Store(false)
			c.crowd.waits(c)
		}
	}
	return wireListener{l, patience, newCrowd(most)}
}

type wireKey struct{}

type wireListener struct {
	net.Listener
	patience time.Duration
	crowd    *crowd
}

func (l wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		_ = tcp.SetWriteBuffer(systemBuffer) // what it fails for is for the first write to say
		wire := &wireConn{TCPConn: tcp, patience: l.patience, crowd: l.crowd}
		l.crowd.enter(wire)
		return wire, nil
	}
	return c, err
}

// systemBuffer is how many bytes the system is asked to keep for a client that does not take them; Linux keeps twice as
// many. By itself it keeps megabytes: who asks for forty answers and reads none had them all made, and a socket that is
// owed 30,000 notifications and stopped reading had 15,000 of them loaded, encoded and written, while the others waited
// for the processor. A client that is 100 ms away still gets 640 KB a second.
const systemBuffer = 64 << 10

// wireConn embeds the connection itself and not net.Conn, so that net/http still finds what else it can do.
type wireConn struct {
	*net.TCPConn
	handled atomic.Bool // a handler has the present request, and what is written is its answer

	patience time.Duration
	writeBy  time.Time // the deadline that was asked for; set and read by who writes

	crowd      *crowd
	prev, next *wireConn // in crowd, nil for one that does not wait; guarded by crowd.mu
	gone       bool      // guarded by crowd.mu
}

// Close also leaves the crowd.
func (c *wireConn) Close() error {
	c.crowd.leave(c)
	return c.TCPConn.Close()
}

// SetDeadline and SetWriteDeadline also take away the patience with readers when there is no deadline, as for
// a socket, which has its own.
func (c *wireConn) SetDeadline(t time.Time) error {
	c.writeBy = t
	return c.TCPConn.SetDeadline(t)
}

func (c *wireConn) SetWriteDeadline(t time.Time) error {
	c.writeBy = t
	return c.TCPConn.SetWriteDeadline(t)
}

// ReadFrom hides that of the connection, which would write past Write.
func (c *wireConn) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

func (c *wireConn) Write(b []byte) (int, error) {
	if c.handled.Load() {
		return c.write(b)
	}
	answer, ok := refusal(b)
	if !ok {
		return c.write(b)
	}
	if _, err := c.write(answer); err != nil {
		return 0, err
	}
	return len(b), nil
}

// step is so little that a client who takes less of it than all has stopped reading: 3 KB a second.
const step = 32 << 10

// write has patience with every step anew, so that a large answer on a slow line ends at WriteTimeout only.
func (c *wireConn) write(b []byte) (n int, err error) {
	if c.writeBy.IsZero() {
		return c.TCPConn.Write(b)
	}
	for part := range slices.Chunk(b, step) {
		by := time.Now().Add(c.patience)
		if by.After(c.writeBy) {
			by = c.writeBy
		}
		if err := c.TCPConn.SetWriteDeadline(by); err != nil {
			return n, err
		}
		wrote, err := c.TCPConn.Write(part)
		n += wrote
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// What net/http refuses, by status. The language of the client is not known: nothing of it was understood.
var refusals = map[int]struct{ code, detail string }{
	http.StatusBadRequest:                  {ErrMalformed.Code, "This is not a request that can be read."},
	http.StatusExpectationFailed:           {ErrMalformed.Code, "Only 100-continue may be expected."},
	http.StatusRequestHeaderFieldsTooLarge: {ErrTooLarge.Code, "The headers of the request are too large."},
	http.StatusNotImplemented:              {ErrMalformed.Code, "This transfer encoding is not known."},
	http.StatusHTTPVersionNotSupported:     {ErrMalformed.Code, "This version of HTTP is not spoken here."},
}

// refusal returns the answer in place of the one that net/http writes; it is false for what is none.
func refusal(plain []byte) ([]byte, bool) {
	after, ok := bytes.CutPrefix(plain, []byte("HTTP/1.1 "))
	if !ok || len(after) < 3 {
		return nil, false
	}
	status, err := strconv.Atoi(string(after[:3]))
	says, known := refusals[status]
	if err != nil || !known {
		return nil, false
	}
	id := rand.Text()
	body, err := json.Marshal(Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: says.detail, Code: says.code, RequestID: id,
	})
	if err != nil {
		return nil, false // a struct of texts always encodes
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = http.Header{ // a buffer takes everything
		"Cache-Control": {"no-store"}, "Connection": {"close"}, "Content-Language": {"en"}, "Content-Length": {strconv.Itoa(len(body))},
		"Content-Type": {"application/problem+json"}, "Date": {time.Now().UTC().Format(http.TimeFormat)},
		"X-Content-Type-Options": {"nosniff"}, "X-Request-Id": {id},
	}.Write(&out)
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes(), true
}
