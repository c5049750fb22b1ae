package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// AnswerAlike makes s answer what net/http refuses by itself, before any handler sees it, as everything
// else is answered: a request that is none, headers that are too large, a missing Host. net/http writes
// plain text without an id; on a connection of the listener that is returned, that text becomes a
// problem document. It is called before s serves, with the handler in place.
func AnswerAlike(s *http.Server, l net.Listener) net.Listener {
	next := s.Handler
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, wireKey{}, c) }
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(wireKey{}).(*wireConn); ok {
			c.handled.Store(true)
		}
		next.ServeHTTP(w, r)
	})
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if c, ok := c.(*wireConn); ok && state == http.StateIdle {
			c.handled.Store(false)
		}
	}
	return wireListener{l}
}

type wireKey struct{}

type wireListener struct{ net.Listener }

func (l wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		return &wireConn{TCPConn: tcp}, nil
	}
	return c, err
}

// wireConn embeds the connection itself and not net.Conn, so that net/http still finds what else it can do.
type wireConn struct {
	*net.TCPConn
	handled atomic.Bool // a handler has the present request, and what is written is its answer
}

func (c *wireConn) Write(b []byte) (int, error) {
	if c.handled.Load() {
		return c.TCPConn.Write(b)
	}
	answer, ok := refusal(b)
	if !ok {
		return c.TCPConn.Write(b)
	}
	if _, err := c.TCPConn.Write(answer); err != nil {
		return 0, err
	}
	return len(b), nil
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
