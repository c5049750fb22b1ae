package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// How often a slow client sends another byte, and how long it is watched.
const (
	dribbleEvery = time.Second
	slowAtMost   = 100 * time.Second
	smallBuffer  = 4096
)

// slow opens connections that send half a header or half a body, or never read the answer.
func (s *target) slow(ctx context.Context) error {
	closed := map[string]time.Duration{}
	var mu sync.Mutex
	err := s.between(ctx, 200*time.Millisecond, 128<<20, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, slowAtMost)
		defer cancel()
		var crew sync.WaitGroup
		for _, kind := range []struct {
			name  string
			count int
			run   func(ctx context.Context, c net.Conn) error
		}{
			{"header", s.scaled(5000), halfHeader}, {"body", s.scaled(500), halfBody}, {"reader", s.scaled(500), noReader},
		} {
			for range kind.count {
				crew.Go(func() {
					begin := time.Now()
					if s.dribble(ctx, kind.run) != nil {
						return
					}
					mu.Lock()
					defer mu.Unlock()
					closed[kind.name] = max(closed[kind.name], time.Since(begin))
				})
			}
		}
		crew.Wait()
		return nil
	})
	s.want("half headers are closed after", closed["header"].Seconds(), 15, "s")
	s.want("half bodies are closed after", closed["body"].Seconds(), 15, "s")
	s.want("who does not read is closed after", closed["reader"].Seconds(), 15, "s")
	return err
}

// dribble opens a connection with small kernel buffers, and passes it to run until it is closed.
func (s *target) dribble(ctx context.Context, run func(ctx context.Context, c net.Conn) error) error {
	c, err := dialSmall(ctx, "tcp", s.proc.Addr)
	if err != nil {
		return err
	}
	defer c.Close()
	return run(ctx, c)
}

// dialSmall opens a connection with small kernel buffers on the near side.
func dialSmall(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, addr)
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(smallBuffer) // a hint
	}
	return c, err
}

func halfHeader(ctx context.Context, c net.Conn) error {
	return dribbleOn(ctx, c, "GET /movies HTTP/1.1\r\nHost: film.example\r\nX-Slow: ")
}

func halfBody(ctx context.Context, c net.Conn) error {
	return dribbleOn(ctx, c, "POST /users/login HTTP/1.1\r\nHost: film.example\r\n"+from(c)+"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
}

// from gives each connection its own address, so that no rate limit per address hides the cost.
func from(c net.Conn) string {
	port := 0
	if a, ok := c.LocalAddr().(*net.TCPAddr); ok {
		port = a.Port
	}
	return fmt.Sprintf("X-Forwarded-For: 198.18.%d.%d\r\n", port>>8, port&255)
}

// dribbleOn sends a byte now and then until the other side closes.
func dribbleOn(ctx context.Context, c net.Conn, begin string) error {
	if _, err := io.WriteString(c, begin); err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, c) // waits for the end of the connection
	}()
	again := time.NewTicker(dribbleEvery)
	defer again.Stop()
	for {
		select {
		case <-gone:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
			_, _ = io.WriteString(c, "x") // it may be closed
		}
	}
}

// noReader requests much, reads nothing, and returns once a write fails because the connection is closed.
func noReader(ctx context.Context, c net.Conn) error {
	ask := strings.Repeat("GET /movies?limit=200 HTTP/1.1\r\nHost: film.example\r\n"+from(c)+"\r\n", 40)
	if _, err := io.WriteString(c, ask); err != nil {
		return err
	}
	again := time.NewTicker(dribbleEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
		_ = c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)) // it may be closed
		if _, err := io.WriteString(c, "GET "); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
	}
}
