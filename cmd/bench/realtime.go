package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/bench/yardstick"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	realtimeWarmup = 20               // likes before the first that is timed
	frameTimeout   = 10 * time.Second // for a frame, or for opening a socket
)

// delays are quantiles of the time from sending a write to receiving its frame.
type delays struct{ p50, p99 time.Duration }

func delaysOf(took harness.Delays) delays { return delays{took.Quantile(0.50), took.Quantile(0.99)} }

// pusher is a server whose frames are timed.
type pusher struct {
	*harness.Process

	name   string // in the record, "" for cinecircle
	query  func(who int) string
	client *client
	author *listener
	others otherSockets
	took   harness.Delays
	cpu    time.Duration
}

// measureRealtime measures the time from a like to its frame, for each number of other sockets, on cinecircle and on the
// yardstick with sockets in turn.
func (b *bench) measureRealtime(ctx context.Context) (err error) {
	if _, err := b.server.restart(ctx); err != nil {
		return err
	}
	usual, err := b.startYardstick(ctx, yardstick.Usual)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, usual.End(syscall.SIGTERM)) }()
	all := []*pusher{
		{Process: b.server.Process, query: func(int) string { return "" }},
		{Process: usual, name: "Usual", query: func(who int) string {
			return fmt.Sprintf("?%s=%d", yardstick.QueryMember, b.community.members[who].id)
		}},
	}
	for _, p := range all {
		defer p.close()
		p.client = newClient(1, nil)
		if p.author, err = b.listen(ctx, p, 0); err != nil {
			return err
		}
	}
	for _, n := range b.others {
		if err := b.timeLikes(ctx, all, n); err != nil {
			return err
		}
	}
	return errors.Join(all[0].others.check(), all[1].others.check())
}

func (p *pusher) close() {
	p.client.close()
	if p.author != nil {
		p.author.close()
	}
	p.others.close()
}

// timeLikes likes reviews of the author, one at a time and of each server in turn, while there are n other sockets.
func (b *bench) timeLikes(ctx context.Context, all []*pusher, n int) error {
	for _, p := range all {
		if err := b.openOthers(ctx, p, n); err != nil {
			return err
		}
		p.took, p.cpu = nil, 0
	}
	b.say("timing %d likes with %d other sockets", b.likes, n)
	for k := range realtimeWarmup + b.likes {
		for _, p := range all {
			if err := b.measureLike(ctx, p, k); err != nil {
				return err
			}
		}
	}
	for _, p := range all {
		d := delaysOf(p.took)
		s := sample{name: fmt.Sprintf("LikeToFrame%d%s", n, p.name), n: len(p.took)}
		s.add(float64(d.p50), unitP50)
		s.add(float64(d.p99), unitP99)
		s.add(float64(p.cpu)/float64(len(p.took)), unitCPU)
		if p.name == "" {
			s.add(float64(d.p50)/float64(delaysOf(all[1].took).p50), unitToUsual)
		}
		b.record.samples = append(b.record.samples, s)
	}
	return nil
}

// measureLike adds a like to the figures of a server, unless it is one of the first.
func (b *bench) measureLike(ctx context.Context, p *pusher, k int) error {
	before, err := processCPU(p.PID())
	if err != nil {
		return err
	}
	d, err := b.timeLike(ctx, p, k)
	if err != nil {
		return err
	}
	after, err := processCPU(p.PID())
	if err != nil {
		return err
	}
	if k >= realtimeWarmup {
		p.took, p.cpu = append(p.took, d), p.cpu+after-before
	}
	return nil
}

// timeLike returns the time from sending a like to receiving its frame. It is an error when another frame comes. An
// unlike before it, which notifies nobody, makes sure that the like changes something.
func (b *bench) timeLike(ctx context.Context, p *pusher, k int) (time.Duration, error) {
	t := b.community
	liker, review := &t.members[1+k%(len(t.members)-1)], t.own[k%len(t.own)]
	toggle := func(verb string) request {
		return request{method: http.MethodPost, path: fmt.Sprintf("/likes/reviews/%d/%s", review, verb), member: liker}
	}
	if _, err := p.client.do(ctx, p.URL(), toggle("unlike")); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := p.client.do(ctx, p.URL(), toggle("like")); err != nil {
		return 0, err
	}
	select {
	case f, open := <-p.author.frames:
		if !open {
			return 0, fmt.Errorf("the author's socket closed: %w", p.author.err)
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
func (b *bench) listen(ctx context.Context, p *pusher, who int) (*listener, error) {
	conn, err := harness.Dial(ctx, p.URL(), b.community.members[who].token, p.query(who))
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
func (b *bench) openOthers(ctx context.Context, p *pusher, n int) error {
	if len(p.others.all) < n {
		b.say("opening %d other sockets", n)
	}
	for k := len(p.others.all); k < n; k++ {
		l, err := b.listen(ctx, p, 1+k%(len(b.community.members)-1))
		if err != nil {
			return err
		}
		p.others.add(l)
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
