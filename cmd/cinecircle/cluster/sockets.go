package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// listener is a member's device: a socket that is opened again whenever it closes, from where it was.
type listener struct {
	cancel context.CancelFunc
	over   chan struct{}

	mu     sync.Mutex
	frames []notification // guarded by mu
	opened int            // guarded by mu
}

// listen opens every member's sockets, of which each instance gets some.
func (t *trial) listen(ctx context.Context) error {
	for _, m := range t.members {
		for range t.options.sockets {
			own, cancel := context.WithCancel(ctx)
			l := &listener{cancel: cancel, over: make(chan struct{})}
			m.sockets = append(m.sockets, l)
			go func() {
				defer close(l.over)
				l.run(own, t.front, m.token)
			}()
		}
	}
	for _, m := range t.members {
		for _, l := range m.sockets {
			if !eventually(ctx, readyPatience, func() bool { return l.openings() > 0 }) {
				return fmt.Errorf("a socket of %s cannot be opened", m.name)
			}
		}
	}
	return nil
}

// run goes on until ctx ends.
func (l *listener) run(ctx context.Context, base, token string) {
	for ctx.Err() == nil {
		conn, err := dial(ctx, base, token, fmt.Sprintf("?since=%d", l.last()))
		if err == nil {
			l.note(func() { l.opened++ })
			l.read(ctx, conn)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// read ends when the socket does. A socket that gets neither a frame nor a ping for a while is dead.
func (l *listener) read(ctx context.Context, conn *websocket.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for {
		var n notification
		if conn.ReadJSON(&n) != nil {
			return
		}
		n.at = time.Now()
		l.note(func() { l.frames = append(l.frames, n) })
	}
}

// dial opens a socket.
func dial(ctx context.Context, base, token, query string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second}
	header := http.Header{"Authorization": {"Bearer " + token}}
	conn, res, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/notifications"+query, header)
	if res != nil {
		_ = res.Body.Close() // the library has read what there is
	}
	return conn, err
}

func (l *listener) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *listener) openings() (n int) {
	l.note(func() { n = l.opened })
	return n
}

// last is the highest seq that was seen, 0 before the first.
func (l *listener) last() (seq int64) {
	l.note(func() {
		for _, f := range l.frames[max(0, len(l.frames)-1):] {
			seq = f.Seq
		}
	})
	return seq
}

// hangUp closes every socket and waits for that.
func (t *trial) hangUp() error {
	for _, m := range t.members {
		for _, l := range m.sockets {
			l.cancel()
		}
		for _, l := range m.sockets {
			select {
			case <-l.over:
			case <-time.After(endPatience):
				return errors.New("a socket cannot be closed")
			}
		}
	}
	return nil
}

// eventually polls what others bring about, and reports whether it came in time.
func eventually(ctx context.Context, patience time.Duration, cond func() bool) bool {
	deadline := time.Now().Add(patience)
	for !cond() {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return false
		}
		<-time.After(20 * time.Millisecond)
	}
	return true
}
