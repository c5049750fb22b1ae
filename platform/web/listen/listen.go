// Package listen accepts the connections of an HTTP server. It limits how many there are and how long a client may take
// over a response, and it replaces the plain-text errors of net/http by problem documents.
package listen

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Wrap returns a listener for s, which has its handler already and does not serve yet. It sets the handler, ConnContext and
// ConnState of s.
//
// net/http answers some requests by itself, such as one with a malformed header; on these connections the answer is a
// problem document. A client that takes none of its response for as long as patience is disconnected. When there are more
// than most connections (0: any number), the one that has been idle for longest is closed.
//
// After a response that the handler marks with Connection: close, the connection lingers, so that a client which is still
// sending its body receives the response. The response to a message with ambiguous framing is marked here. The log gets a
// warning when the first connection begins with the PROXY protocol.
func Wrap(s *http.Server, l net.Listener, patience time.Duration, most int, log *slog.Logger) net.Listener {
	next := s.Handler
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, ok := r.Context().Value(connKey{}).(*conn)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		c.handled.Store(true)
		c.idle.remove(c)
		if c.framing.faulty(r) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
		c.lingers.Store(w.Header().Get("Connection") == "close")
	})
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if c, ok := c.(*conn); ok && state == http.StateIdle {
			c.handled.Store(false)
			c.idle.add(c)
		}
	}
	var once sync.Once
	warn := func(from net.Addr) {
		once.Do(func() {
			log.Warn("a client speaks the PROXY protocol, and its requests are refused; switch it off in the proxy (send-proxy, proxy_protocol)",
				"from", from.String())
		})
	}
	return listener{l, patience, newIdleList(most), warn}
}

type connKey struct{}

type listener struct {
	net.Listener
	patience time.Duration
	idle     *idleList
	onProxy  func(from net.Addr)
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		_ = tcp.SetWriteBuffer(writeBuffer) // if this fails, the first write fails too
		wrapped := &conn{TCPConn: tcp, patience: l.patience, idle: l.idle, onProxy: l.onProxy}
		l.idle.open(wrapped)
		return wrapped, nil
	}
	return c, err
}
