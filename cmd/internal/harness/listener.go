package harness

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Notification is a frame, or a row of the inbox.
type Notification struct {
	ID    int64  `json:"id"`
	Seq   int64  `json:"seq"`
	Type  string `json:"type"`
	Actor struct {
		ID int64 `json:"id"`
	} `json:"actor"`
	ReviewID int64     `json:"review_id"`
	At       time.Time `json:"-"` // when it arrived on a socket
}

// Listener is a device of a member: a socket that reconnects with `since` whenever it closes.
type Listener struct {
	cancel context.CancelFunc
	over   chan struct{}
	since  int64

	mu     sync.Mutex
	frames []Notification // guarded by mu
	opened int            // guarded by mu
}

// Listen opens a socket of the member with the token until Close, or until ctx ends.
func Listen(ctx context.Context, base, token string) *Listener {
	return ListenFrom(ctx, base, token, "", 0)
}

// ListenFrom is Listen from an address, as a proxy reports it, for a device that has seen everything up to since.
func ListenFrom(ctx context.Context, base, token, from string, since int64) *Listener {
	ctx, cancel := context.WithCancel(ctx)
	l := &Listener{cancel: cancel, over: make(chan struct{}), since: since}
	go func() {
		defer close(l.over)
		l.run(ctx, base, token, from)
	}()
	return l
}

// Close closes the socket for good and reports whether that worked.
func (l *Listener) Close() bool {
	l.cancel()
	select {
	case <-l.over:
		return true
	case <-time.After(EndTimeout):
		return false
	}
}

func (l *Listener) run(ctx context.Context, base, token, from string) {
	for ctx.Err() == nil {
		conn, err := DialFrom(ctx, base, token, from, fmt.Sprintf("?since=%d", l.Last()))
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

// read returns when the socket closes. An incomplete frame does not count.
func (l *Listener) read(ctx context.Context, conn *websocket.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for {
		var n Notification
		if conn.ReadJSON(&n) != nil {
			return
		}
		n.At = time.Now()
		l.note(func() { l.frames = append(l.frames, n) })
	}
}

// Dial opens a socket.
func Dial(ctx context.Context, base, token, query string) (*websocket.Conn, error) {
	return DialFrom(ctx, base, token, "", query)
}

// DialFrom is Dial from an address, as a proxy reports it.
func DialFrom(ctx context.Context, base, token, from, query string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second, ReadBufferSize: 512, WriteBufferSize: 512}
	header := http.Header{"Authorization": {"Bearer " + token}}
	if from != "" {
		header.Set("X-Forwarded-For", from)
	}
	conn, res, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/notifications"+query, header)
	if res != nil {
		_ = res.Body.Close() // the library has read what there is
	}
	return conn, err
}

func (l *Listener) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// Opened returns how often the socket was opened.
func (l *Listener) Opened() (n int) {
	l.note(func() { n = l.opened })
	return n
}

// Last returns the seq of the last frame.
func (l *Listener) Last() (seq int64) {
	seq = l.since
	l.note(func() {
		for _, f := range l.frames[max(0, len(l.frames)-1):] {
			seq = f.Seq
		}
	})
	return seq
}

// Frames returns all frames in the order of their arrival. The result does not change.
func (l *Listener) Frames() (all []Notification) {
	l.note(func() { all = slices.Clip(l.frames) })
	return all
}

// Misordered counts what is wrong with the frames of one socket that had seen everything up to since: frames that skip
// a seq, and frames that come again or late.
func Misordered(frames []Notification, since int64) (skipped, repeated int) {
	next := since + 1
	for _, f := range frames {
		switch {
		case f.Seq > next:
			skipped++
			next = f.Seq + 1
		case f.Seq < next:
			repeated++
		default:
			next++
		}
	}
	return skipped, repeated
}
