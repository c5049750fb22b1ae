package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// How many likes come before the first that is timed, and how long a frame may take to come.
const (
	realtimeWarmup = 20
	frameTimeout   = 10 * time.Second
)

// delays are quantiles of the time from sending a write to the frame.
type delays struct{ p50, p99 time.Duration }

func delaysOf(took []time.Duration) delays {
	slices.Sort(took)
	return delays{quantile(took, 0.50), quantile(took, 0.99)}
}

// frame is what a test of the right notification needs of one.
type frame struct {
	Seq   int64 `json:"seq"`
	Actor struct {
		ID int64 `json:"id"`
	} `json:"actor"`
	ReviewID int64 `json:"review_id"`
	at       time.Time
}

// measureRealtime times likes until their frame, with ever more other sockets. The server is started
// afresh, so that no memory that the load left is in the way.
func (b *bench) measureRealtime(ctx context.Context) error {
	if err := b.server.down(); err != nil {
		return err
	}
	if err := b.server.up(ctx); err != nil {
		return err
	}
	author, err := b.listen(ctx, 0)
	if err != nil {
		return err
	}
	defer author.close()
	others := &crowd{}
	defer others.close()
	for _, n := range b.crowds {
		if err := b.gather(ctx, others, n); err != nil {
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
	var took []time.Duration
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

// timeLike returns the time from sending a like to receiving its frame. Another frame is an error.
// What the liker liked already is taken back first, which tells nobody.
func (b *bench) timeLike(ctx context.Context, c *client, author *listener, k int) (time.Duration, error) {
	others := len(b.town.people) - 1
	liker, review := &b.town.people[1+k%others], b.town.mine[k%len(b.town.mine)]
	verb := func(v string) request {
		return request{method: "POST", path: fmt.Sprintf("/likes/reviews/%d/%s", review, v), member: liker}
	}
	if _, err := c.do(ctx, b.server.base, verb("unlike")); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := c.do(ctx, b.server.base, verb("like")); err != nil {
		return 0, err
	}
	select {
	case f, open := <-author.frames:
		if !open {
			return 0, fmt.Errorf("the author's socket closed: %w", author.err)
		}
		if f.Actor.ID != liker.id || f.ReviewID != review {
			return 0, fmt.Errorf("got the frame of member %d and review %d, want %d and %d", f.Actor.ID, f.ReviewID, liker.id, review)
		}
		return f.at.Sub(began), nil
	case <-time.After(frameTimeout):
		return 0, fmt.Errorf("no frame %s after the like of member %d", frameTimeout, liker.id)
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// listener is a socket that is read.
type listener struct {
	conn   *websocket.Conn
	frames chan frame
	err    error // why frames was closed
}

// listen opens a socket of a member.
func (b *bench) listen(ctx context.Context, who int) (*listener, error) {
	dialer := websocket.Dialer{HandshakeTimeout: frameTimeout, ReadBufferSize: 512, WriteBufferSize: 512}
	header := http.Header{"Authorization": {"Bearer " + b.town.people[who].token}}
	conn, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(b.server.base, "http")+"/notifications", header)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	_ = response.Body.Close() // gorilla has read what there is
	l := &listener{conn: conn, frames: make(chan frame, 1)}
	go l.read()
	return l, nil
}

// read ends when the socket does.
func (l *listener) read() {
	defer close(l.frames)
	for {
		var f frame
		if l.err = l.conn.ReadJSON(&f); l.err != nil {
			return
		}
		f.at = time.Now()
		l.frames <- f
	}
}

func (l *listener) close() { _ = l.conn.Close() } // which ends read

// crowd is the other sockets.
type crowd struct {
	all      []*listener
	surprise atomic.Int64 // frames that came to them, and ends of them
	closing  atomic.Bool
}

// gather opens other sockets, of everybody but the author, until there are n.
func (b *bench) gather(ctx context.Context, c *crowd, n int) error {
	if len(c.all) < n {
		b.say("opening %d other sockets", n)
	}
	for k := len(c.all); k < n; k++ {
		l, err := b.listen(ctx, 1+k%(len(b.town.people)-1))
		if err != nil {
			return err
		}
		c.add(l)
	}
	return nil
}

func (c *crowd) add(l *listener) {
	c.all = append(c.all, l)
	go func() {
		for range l.frames {
			c.surprise.Add(1)
		}
		if !c.closing.Load() {
			c.surprise.Add(1)
		}
	}()
}

// check says whether a notification went to somebody else, or a socket was lost.
func (c *crowd) check() error {
	if n := c.surprise.Load(); n > 0 {
		return fmt.Errorf("%d of the other sockets got a frame or were closed", n)
	}
	return nil
}

func (c *crowd) close() {
	c.closing.Store(true)
	for _, l := range c.all {
		l.close()
	}
}
