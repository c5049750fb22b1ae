package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// The promises about an ended session, and how long a check observes.
const (
	refusedWithin = time.Second     // by every instance
	closedWithin  = 5 * time.Second // its sockets, on every instance
	watchFor      = 15 * time.Second
	checkEvery    = time.Second
)

// sessionCheck is what happened to one ended session.
type sessionCheck struct {
	ended    time.Time
	refused  time.Duration // by the last instance; more than watchFor when one never refused
	accepted int           // requests sent more than refusedWithin after the end, and answered with 200
	closed   time.Duration // the last of its sockets
	codes    []int         // with which they closed
}

// sessionChecks are all checks.
type sessionChecks struct {
	mu  sync.Mutex
	all []sessionCheck // guarded by mu
}

// checkSessions ends a session now and then, at some instance, and observes all instances.
func (t *trial) checkSessions(ctx context.Context, done <-chan struct{}) error {
	r := rand.New(rand.NewPCG(t.seed, 3))
	leaver, err := t.signUp(ctx, "떠나는 사람")
	if err != nil {
		return err
	}
	for {
		select {
		case <-done:
			return nil
		case <-time.After(checkEvery):
		}
		if t.windows.during(time.Now(), time.Now(), faultStore) == "" || r.IntN(3) == 0 { // mostly without a fault, sometimes during one
			if err := t.checkSession(ctx, leaver.name, t.instances[r.IntN(len(t.instances))]); err != nil {
				return err
			}
		}
	}
}

// checkSession signs in, uses the token and opens a socket on every instance, and signs out at one of them. A fault in
// between ends the check without a result.
func (t *trial) checkSession(ctx context.Context, name string, at *harness.Process) error {
	token, err := accessToken(t.signIn(ctx, name))
	if err != nil {
		return nil // a part is down; members' requests are counted elsewhere
	}
	var sockets []*websocket.Conn
	defer func() {
		for _, s := range sockets {
			_ = s.Close()
		}
	}()
	for _, i := range t.instances {
		if t.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: "/users/me", Token: token, Base: i.URL()}).Status != http.StatusOK {
			return nil
		}
		conn, err := harness.Dial(ctx, i.URL(), token, "")
		if err != nil {
			return nil
		}
		sockets = append(sockets, conn)
	}
	out := t.api.Try(ctx, harness.Call{Method: http.MethodPost, Path: "/users/logout", Token: token, Base: at.URL()})
	if out.Status != http.StatusNoContent {
		return nil
	}
	c := sessionCheck{ended: time.Now(), codes: make([]int, len(sockets))}
	t.watch(ctx, &c, token, sockets)
	t.sessions.mu.Lock()
	defer t.sessions.mu.Unlock()
	t.sessions.all = append(t.sessions.all, c)
	return nil
}

// watch asks every instance repeatedly, and waits for the sockets to close.
func (t *trial) watch(ctx context.Context, c *sessionCheck, token string, sockets []*websocket.Conn) {
	var mu sync.Mutex // guards c
	var watchers sync.WaitGroup
	for k, i := range t.instances {
		watchers.Go(func() {
			refused, accepted := t.refusal(ctx, i, token, c.ended)
			mu.Lock()
			defer mu.Unlock()
			c.refused, c.accepted = max(c.refused, refused), c.accepted+accepted
		})
		watchers.Go(func() {
			code := closeCode(sockets[k])
			mu.Lock()
			defer mu.Unlock()
			c.closed, c.codes[k] = max(c.closed, time.Since(c.ended)), code
		})
	}
	watchers.Wait()
}

// refusal returns how long after the end an instance first answered 401, and how often it answered 200 too late. It
// continues for a while after the first 401.
func (t *trial) refusal(ctx context.Context, i *harness.Process, token string, ended time.Time) (first time.Duration, late int) {
	first = 2 * watchFor
	for time.Since(ended) < watchFor && ctx.Err() == nil {
		asked := time.Since(ended)
		switch t.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: "/users/me", Token: token, Base: i.URL()}).Status {
		case http.StatusUnauthorized:
			first = min(first, asked)
		case http.StatusOK:
			if asked > refusedWithin {
				late++
			}
		}
		if first < watchFor && time.Since(ended) > refusedWithin+200*time.Millisecond {
			break
		}
		<-time.After(20 * time.Millisecond)
	}
	return first, late
}

// closeCode reads until the socket closes: 1006 without a close frame, 0 when it stayed open.
func closeCode(conn *websocket.Conn) int {
	_ = conn.SetReadDeadline(time.Now().Add(watchFor))
	for {
		_, _, err := conn.ReadMessage()
		if err == nil {
			continue
		}
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			return closed.Code
		}
		if timeout, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err); ok && timeout.Timeout() {
			return 0
		}
		return websocket.CloseAbnormalClosure
	}
}

// sessionFindings summarises the checks.
type sessionFindings struct {
	checks, inFaults int
	accepted         int           // too late, in faults too
	refused, closed  time.Duration // the slowest in calm
	wrong            []string      // what was not as promised in calm
}

// findings judges every check by the faults during it.
func (s *sessionChecks) findings(w *faultWindows) (f sessionFindings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.all {
		f.checks++
		f.accepted += c.accepted
		if w.during(c.ended, c.ended.Add(max(c.refused, c.closed)), faultStore) != "" {
			f.inFaults++
			continue
		}
		f.refused, f.closed = max(f.refused, c.refused), max(f.closed, c.closed)
		if c.refused > refusedWithin || c.closed > closedWithin {
			f.wrong = append(f.wrong, fmt.Sprintf("refused after %s, closed after %s", c.refused, c.closed))
		}
		for _, code := range c.codes {
			if code != 4003 {
				f.wrong = append(f.wrong, fmt.Sprintf("a socket closed with %d", code))
			}
		}
	}
	return f
}
