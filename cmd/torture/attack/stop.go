package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	stopAfter  = 3 * time.Second
	stopWithin = 10 * time.Second
	stopRate   = 500 // requests a second, each on its own connection
)

// stop ends the program under load. Every accepted connection must get an answer, and every socket a close frame.
func (s *target) stop(ctx context.Context) error {
	members, err := s.signUp(ctx, s.scaled(2000)/socketsOfEach)
	if err != nil {
		return err
	}
	codes := newCounter()
	var sockets sync.WaitGroup
	for _, m := range members {
		for range socketsOfEach {
			conn, err := harness.DialFrom(ctx, s.api.Base, m.token, m.from, "")
			if err != nil {
				return fmt.Errorf("open a socket: %w", err)
			}
			sockets.Go(func() {
				defer conn.Close()
				_, _, err := conn.ReadMessage()
				codes.add(closeCode(err))
			})
		}
	}
	use, done := context.WithCancel(ctx)
	defer done()
	var users sync.WaitGroup
	var ended atomic.Bool
	answers := newCounter()
	users.Go(func() { s.hurry(use, &users, &ended, answers) })
	pause(ctx, stopAfter)
	begin := time.Now()
	ended.Store(true)
	err = s.proc.End(syscall.SIGTERM)
	took := time.Since(begin)
	done()
	users.Wait()
	sockets.Wait()
	s.want("the process was gone after", took.Seconds(), stopWithin.Seconds(), "s")
	s.want("requests that were taken and not answered", float64(answers.count("cut")), 0, "")
	s.want("sockets that were not told 1012", float64(len(members)*socketsOfEach-codes.count("1012")), 0, "")
	s.note("requests: %s", answers)
	s.note("sockets: %s", codes)
	return err
}

// hurry sends requests at a steady rate.
func (s *target) hurry(ctx context.Context, users *sync.WaitGroup, ended *atomic.Bool, answers *counter) {
	again := time.NewTicker(time.Second / time.Duration(stopRate))
	defer again.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		users.Go(func() { answers.add(s.once(ended, fmt.Sprintf("192.0.2.%d", 1+n%200))) })
	}
}

// once returns the outcome of one request: a status, "refused" when the connection was refused, or "cut" when it was
// accepted and not answered.
func (s *target) once(ended *atomic.Bool, from string) string {
	c, err := net.DialTimeout("tcp", s.proc.Addr, 5*time.Second)
	if err != nil {
		if ended.Load() {
			return "refused"
		}
		return "refused while it ran"
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second)) // a broken one fails below
	_, _ = io.WriteString(c, "GET /movies?limit=20 HTTP/1.1\r\nHost: film.example\r\nConnection: close\r\nX-Forwarded-For: "+from+"\r\n\r\n")
	text, _ := io.ReadAll(c) // an incomplete response is detected below
	head, _, _ := strings.Cut(string(text), "\r\n")
	switch _, code, _ := strings.Cut(head, " "); {
	case strings.HasPrefix(code, "200"):
		return "200"
	case code != "":
		return code
	}
	return "cut"
}

func closeCode(err error) string {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return fmt.Sprint(closed.Code)
	}
	return "no code"
}

func (c *counter) count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[what]
}
