package main

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	realtimeWarmup = 20               // likes before the first that is timed
	frameTimeout   = 10 * time.Second // for a frame, or for opening a socket
)

// delays are quantiles of the time from sending a write to receiving its frame.
type delays struct{ p50, p99 time.Duration }

func delaysOf(took harness.Delays) delays { return delays{took.Quantile(0.50), took.Quantile(0.99)} }

// measureRealtime measures the time from a like to its frame, for each number of other sockets.
func (b *bench) measureRealtime(ctx context.Context) error {
	if _, err := b.server.restart(ctx); err != nil {
		return err
	}
	author, err := b.listen(ctx, 0)
	if err != nil {
		return err
	}
	defer author.close()
	others := &otherSockets{}
	defer others.close()
	for _, n := range b.others {
		if err := b.openOthers(ctx, others, n); err != nil {
			return err
		}
		b.say("timing %d likes with %d other sockets", b.likes, n)
		if err := b.timeLikes(ctx, author, fmt.Sprintf("LikeToFrame%d", n)); err != nil {
			return err
		}
	}
	return others.check()
}

// timeLikes likes reviews of the author, one at a time.
func (b *bench) timeLikes(ctx context.Context, author *listener, name string) error {
	c := newClient(1, nil)
	defer c.close()
	var took harness.Delays
	for k := range realtimeWarmup + b.likes {
		d, err := b.timeLike(ctx, c, author, k)
		if err != nil {
			return err
		}
		if k >= realtimeWarmup {
			took = append(took, d)
		}
	}
	d := delaysOf(took)
	s := sample{name: name, n: len(took)}
	s.add(float64(d.p50), unitP50)
	s.add(float64(d.p99), unitP99)
	b.record.samples = append(b.record.samples, s)
	return nil
}

// timeLike returns the time from sending a like to receiving its frame. It is an error when another frame comes. An
// unlike before it, which notifies nobody, makes sure that the like changes something.
func (b *bench) timeLike(ctx context.Context, c *client, author *listener, k int) (time.Duration, error) {
	t := b.community
	liker, review := &t.members[1+k%(len(t.members)-1)], t.own[k%len(t.own)]
	toggle := func(verb string) request {
		return request{method: http.MethodPost, path: fmt.Sprintf("/likes/reviews/%d/%s", review, verb), member: liker}
	}
	if _, err := c.do(ctx, b.server.URL(), toggle("unlike")); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := c.do(ctx, b.server.URL(), toggle("like")); err != nil {
		return 0, err
	}
	select {
	case f, open := <-author.frames:
		if !open {
			return 0, fmt.Errorf("the author's socket closed: %w", author.err)
		}
		if f.Actor.ID != liker.id || f.ReviewID != review {
			return 0, fmt.Errorf("got a frame about member %d and review %d, want %d and %d", f.Actor.ID, f.ReviewID, liker.id, review)
		}
		return f.At.Sub(began), nil
	case <-time.After(frameTimeout):
		return 0, fmt.Errorf("no frame %s after the like of member %d", frameTimeout, liker.id)
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// listener is a socket that is read until it closes.
type listener struct {
	conn   *websocket.Conn
	frames chan harness.Notification
	err    error // why frames was closed
}

// listen opens a socket of a member.
func (b *bench) listen(ctx context.Context, who int) (*listener, error) {
	conn, err := harness.Dial(ctx, b.server.URL(), b.community.members[who].token, "")
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	l := &listener{conn: conn, frames: make(chan harness.Notification, 1)}
	go l.read()
	return l, nil
}

func (l *listener) read() {
	defer close(l.frames)
	for {
		var n harness.Notification
		if l.err = l.conn.ReadJSON(&n); l.err != nil {
			return
		}
		n.At = time.Now()
		l.frames <- n
	}
}

func (l *listener) close() { _ = l.conn.Close() } // which ends read

// otherSockets are open, but must not receive anything.
type otherSockets struct {
	all        []*listener
	unexpected atomic.Int64 // frames and closed sockets
	closing    atomic.Bool
}

// openOthers opens sockets of the members after the author until there are n.
func (b *bench) openOthers(ctx context.Context, o *otherSockets, n int) error {
	if len(o.all) < n {
		b.say("opening %d other sockets", n)
	}
	for k := len(o.all); k < n; k++ {
		l, err := b.listen(ctx, 1+k%(len(b.community.members)-1))
		if err != nil {
			return err
		}
		o.add(l)
	}
	return nil
}

func (o *otherSockets) add(l *listener) {
	o.all = append(o.all, l)
	go func() {
		for range l.frames {
			o.unexpected.Add(1)
		}
		if !o.closing.Load() {
			o.unexpected.Add(1)
		}
	}()
}

// check returns an error when a frame went to another member, or a socket was closed.
func (o *otherSockets) check() error {
	if n := o.unexpected.Load(); n > 0 {
		return fmt.Errorf("%d of the other sockets received a frame or were closed", n)
	}
	return nil
}

func (o *otherSockets) close() {
	o.closing.Store(true)
	for _, l := range o.all {
		l.close()
	}
}
