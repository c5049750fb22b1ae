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

// Sockets are opened by many goroutines at once, from several loopback addresses: each address has ports of its own.
const (
	dialers   = 64
	addresses = 8
)

// socketSet is sockets of which only the number of frames matters. A frame out of order is an error.
type socketSet struct {
	all     []*socket
	frames  atomic.Int64
	at      atomic.Int64 // when the last frame arrived, in Unix nanoseconds
	arrived chan struct{}
	closing atomic.Bool
	failed  atomic.Pointer[error]
}

type socket struct {
	who  int // index in host.members
	conn *websocket.Conn
	seq  int64 // of the last frame; belongs to read until done is closed
	done chan struct{}
}

// openForAll opens a socket for each of the first n members.
func openForAll(ctx context.Context, h *host, n int) (*socketSet, error) {
	sockets := make([]*socket, n)
	for i := range sockets {
		sockets[i] = &socket{who: i}
	}
	return open(ctx, h, sockets, "")
}

// openTabs opens n sockets of the last member, who has no other.
func openTabs(ctx context.Context, h *host, n int) (*socketSet, error) {
	sockets := make([]*socket, n)
	for i := range sockets {
		sockets[i] = &socket{who: len(h.members) - 1}
	}
	return open(ctx, h, sockets, "")
}

// reopen opens the sockets of a closed set again, with the seq of their last frames.
func reopen(ctx context.Context, h *host, s *socketSet) (*socketSet, error) {
	sockets := make([]*socket, len(s.all))
	for i, x := range s.all {
		<-x.done
		sockets[i] = &socket{who: x.who, seq: x.seq}
	}
	return open(ctx, h, sockets, "?since=")
}

func open(ctx context.Context, h *host, sockets []*socket, since string) (*socketSet, error) {
	s := &socketSet{all: sockets, arrived: make(chan struct{}, 1)}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range dialers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(sockets)) && s.err() == nil; i = next.Add(1) - 1 {
				if err := s.dial(ctx, h, int(i), since); err != nil {
					s.fail(fmt.Errorf("open socket %d: %w", i, err))
				}
			}
		})
	}
	wg.Wait()
	return s, s.err()
}

func (s *socketSet) dial(ctx context.Context, h *host, i int, since string) error {
	x := s.all[i]
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%addresses))}}
	dialer := websocket.Dialer{HandshakeTimeout: frameTimeout, ReadBufferSize: 512, WriteBufferSize: 256, NetDialContext: from.DialContext}
	url := "ws" + strings.TrimPrefix(h.server.URL(), "http") + "/notifications"
	if since != "" {
		url += since + fmt.Sprint(x.seq)
	}
	conn, response, err := dialer.DialContext(ctx, url, http.Header{"Authorization": {"Bearer " + h.members[x.who].token}})
	if err != nil {
		return err
	}
	_ = response.Body.Close() // the library has read it
	x.conn, x.done = conn, make(chan struct{})
	go s.read(x)
	return nil
}

// read counts frames until the socket closes.
func (s *socketSet) read(x *socket) {
	defer close(x.done)
	for {
		_, body, err := x.conn.ReadMessage()
		if err != nil {
			if !s.closing.Load() {
				s.fail(fmt.Errorf("a socket closed: %w", err))
			}
			return
		}
		if want := fmt.Appendf(nil, `"seq":%d,`, x.seq+1); !hasSeq(body, want) {
			s.fail(fmt.Errorf("got the frame %s, want one with %s", body, want))
			return
		}
		x.seq++
		s.at.Store(time.Now().UnixNano())
		s.frames.Add(1)
		select {
		case s.arrived <- struct{}{}:
		default: // await has not taken the last signal yet
		}
	}
}

// hasSeq searches near the beginning only, where the seq is.
func hasSeq(body, want []byte) bool {
	return strings.Contains(string(body[:min(len(body), 64)]), string(want))
}

// await waits until n frames have arrived on all sockets together.
func (s *socketSet) await(ctx context.Context, n int64, patience time.Duration) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for s.frames.Load() < n {
		if err := s.err(); err != nil {
			return err
		}
		select {
		case <-s.arrived:
		case <-late.C:
			return fmt.Errorf("%d of %d frames arrived within %s", s.frames.Load(), n, patience)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return s.err()
}

// last returns when the last frame arrived.
func (s *socketSet) last() time.Time { return time.Unix(0, s.at.Load()) }

func (s *socketSet) fail(err error) { s.failed.CompareAndSwap(nil, &err) }

func (s *socketSet) err() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// close closes the connections without a close frame.
func (s *socketSet) close() {
	s.closing.Store(true)
	for _, x := range s.all {
		if x.conn != nil {
			_ = x.conn.Close()
		}
	}
}
