package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Many dial at once, from several addresses of the loopback network, each of which has ports of its own.
const (
	diallers  = 64
	addresses = 8
)

// swarm is sockets of which only the number of frames matters. A frame out of order is an error.
type swarm struct {
	all     []*bee
	frames  atomic.Int64
	at      atomic.Int64 // when the last frame came, in Unix nanoseconds
	news    chan struct{}
	closing atomic.Bool
	failed  atomic.Pointer[error]
}

// bee is one socket of a swarm.
type bee struct {
	who  int
	conn *websocket.Conn
	seq  int64 // of the last frame; used by its reader, and after that has ended
	done chan struct{}
}

// openSwarm opens a socket of each of the first n members.
func openSwarm(ctx context.Context, h *hall, n int) (*swarm, error) {
	bees := make([]*bee, n)
	for i := range bees {
		bees[i] = &bee{who: i}
	}
	return open(ctx, h, bees, "")
}

// openTabs opens n sockets of the last member, who has no other.
func openTabs(ctx context.Context, h *hall, n int) (*swarm, error) {
	bees := make([]*bee, n)
	for i := range bees {
		bees[i] = &bee{who: len(h.people) - 1}
	}
	return open(ctx, h, bees, "")
}

// reopen opens the sockets of a swarm that was closed again, each from where it was.
func reopen(ctx context.Context, h *hall, s *swarm) (*swarm, error) {
	bees := make([]*bee, len(s.all))
	for i, b := range s.all {
		<-b.done
		bees[i] = &bee{who: b.who, seq: b.seq}
	}
	return open(ctx, h, bees, "?since=")
}

func open(ctx context.Context, h *hall, bees []*bee, since string) (*swarm, error) {
	s := &swarm{all: bees, news: make(chan struct{}, 1)}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range diallers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(bees)) && s.err() == nil; i = next.Add(1) - 1 {
				if err := s.dial(ctx, h, int(i), since); err != nil {
					s.fail(fmt.Errorf("open socket %d: %w", i, err))
				}
			}
		})
	}
	wg.Wait()
	return s, s.err()
}

func (s *swarm) dial(ctx context.Context, h *hall, i int, since string) error {
	b := s.all[i]
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%addresses))}}
	dialer := websocket.Dialer{HandshakeTimeout: frameTimeout, ReadBufferSize: 512, WriteBufferSize: 256, NetDialContext: from.DialContext}
	url := "ws" + strings.TrimPrefix(h.server.base, "http") + "/notifications"
	if since != "" {
		url += since + fmt.Sprint(b.seq)
	}
	conn, response, err := dialer.DialContext(ctx, url, http.Header{"Authorization": {"Bearer " + h.people[b.who].token}})
	if err != nil {
		return err
	}
	_ = response.Body.Close() // gorilla has read what there is
	b.conn, b.done = conn, make(chan struct{})
	go s.read(b)
	return nil
}

// read counts frames until the socket ends.
func (s *swarm) read(b *bee) {
	defer close(b.done)
	for {
		_, body, err := b.conn.ReadMessage()
		if err != nil {
			if !s.closing.Load() {
				s.fail(fmt.Errorf("a socket ended: %w", err))
			}
			return
		}
		if want := fmt.Appendf(nil, `"seq":%d,`, b.seq+1); !contains(body, want) {
			s.fail(fmt.Errorf("got %s, want %s in it", body, want))
			return
		}
		b.seq++
		s.at.Store(time.Now().UnixNano())
		s.frames.Add(1)
		select {
		case s.news <- struct{}{}:
		default: // somebody looks soon
		}
	}
}

// contains looks near the beginning, where the seq is.
func contains(body, want []byte) bool {
	return strings.Contains(string(body[:min(len(body), 64)]), string(want))
}

// await waits until n frames have come altogether.
func (s *swarm) await(ctx context.Context, n int64, patience time.Duration) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for s.frames.Load() < n {
		if err := s.err(); err != nil {
			return err
		}
		select {
		case <-s.news:
		case <-late.C:
			return fmt.Errorf("%d of %d frames came within %s", s.frames.Load(), n, patience)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return s.err()
}

func (s *swarm) last() time.Time { return time.Unix(0, s.at.Load()) }

func (s *swarm) fail(err error) { s.failed.CompareAndSwap(nil, &err) }

func (s *swarm) err() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// close cuts every socket without a word.
func (s *swarm) close() {
	s.closing.Store(true)
	for _, b := range s.all {
		if b.conn != nil {
			_ = b.conn.Close()
		}
	}
}
