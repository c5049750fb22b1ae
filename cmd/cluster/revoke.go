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

// How long a check observes, and how often checks begin.
const (
	watchFor   = 15 * time.Second
	checkEvery = time.Second
)

// revocation is a way to take a member's access away, and what it promises of every instance.
type revocation struct {
	name          string
	refusal       int           // the status of what is refused
	refusedWithin time.Duration // of the answer
	closedWithin  time.Duration // of the answer: the member's sockets
	use           harness.Call  // what is refused afterwards, without token and base; it changes nothing
}

// The revocations. Suspended members may still read.
var (
	logout     = &revocation{"sessions", http.StatusUnauthorized, time.Second, 5 * time.Second, harness.Call{Method: http.MethodGet, Path: "/users/me"}}
	suspension = &revocation{
		"suspended", http.StatusForbidden, 2 * time.Second, 2 * time.Second,
		harness.Call{Method: http.MethodPost, Path: "/notifications/read", Body: []byte(`{"up_to":0}`)},
	}
)

// check is what happened after one revocation.
type check struct {
	*revocation
	ended    time.Time
	refused  time.Duration // by the last instance; more than watchFor when one never refused
	accepted int           // requests sent more than refusedWithin after the end, and accepted
	closed   time.Duration // the last of the sockets
	codes    []int         // with which they closed
}

// checks are all of them.
type checks struct {
	mu  sync.Mutex
	all []check // guarded by mu
}

// checkRevocations ends a session, or suspends a member, now and then at some instance, and observes all instances.
func (t *trial) checkRevocations(ctx context.Context, done <-chan struct{}) error {
	r := rand.New(rand.NewPCG(t.seed, 3))
	leaver, err := t.signUp(ctx, "떠나는 사람")
	if err != nil {
		return err
	}
	moderator, err := t.signUp(ctx, "운영하는 사람")
	if err != nil {
		return err
	}
	if err := t.instances[0].Run(ctx, "admin", "grant", moderator.name, "--role", "moderator"); err != nil {
		return err
	}
	for n := 0; ; n++ {
		select {
		case <-done:
			return nil
		case <-time.After(checkEvery):
		}
		if t.windows.during(time.Now(), time.Now(), faultStore) != "" && r.IntN(3) > 0 { // mostly without a fault, sometimes during one
			continue
		}
		at, what := t.instances[r.IntN(len(t.instances))].URL(), logout
		end := func(token string) bool {
			out := harness.Call{Method: http.MethodPost, Path: "/users/logout", Token: token, Base: at}
			return t.api.Try(ctx, out).Status == http.StatusNoContent
		}
		suspend := func(verb string) bool {
			path := fmt.Sprintf("/moderation/users/%d/%s", leaver.id, verb)
			call := harness.Call{Method: http.MethodPost, Path: path, Token: moderator.token, Body: []byte(`{"reason":"x"}`), Base: at}
			return t.api.Try(ctx, call).Status == http.StatusOK
		}
		if n%2 == 1 {
			what, end = suspension, func(string) bool { return suspend("suspend") }
		}
		if suspend("unsuspend") { // of the check before, or of one that a fault interrupted
			t.checkRevocation(ctx, leaver.name, what, end)
		}
	}
}

// checkRevocation signs in, uses the token and opens a socket on every instance, and takes the access away. A fault in
// between ends the check without a result; members' requests are counted elsewhere.
func (t *trial) checkRevocation(ctx context.Context, name string, what *revocation, end func(token string) bool) {
	token, err := accessToken(t.signIn(ctx, name))
	if err != nil {
		return
	}
	var sockets []*websocket.Conn
	defer func() {
		for _, s := range sockets {
			_ = s.Close()
		}
	}()
	for _, i := range t.instances {
		if !accepted(t.api.Try(ctx, what.at(i, token)).Status) {
			return
		}
		conn, err := harness.Dial(ctx, i.URL(), token, "")
		if err != nil {
			return
		}
		sockets = append(sockets, conn)
	}
	if !end(token) {
		return
	}
	c := check{revocation: what, ended: time.Now(), codes: make([]int, len(sockets))}
	t.watch(ctx, &c, token, sockets)
	t.revocations.mu.Lock()
	defer t.revocations.mu.Unlock()
	t.revocations.all = append(t.revocations.all, c)
}

// at returns the request that is refused afterwards.
func (what *revocation) at(i *harness.Process, token string) harness.Call {
	call := what.use
	call.Token, call.Base = token, i.URL()
	return call
}

// watch asks every instance repeatedly, and waits for the sockets to close.
func (t *trial) watch(ctx context.Context, c *check, token string, sockets []*websocket.Conn) {
	var mu sync.Mutex // guards c
	var watchers sync.WaitGroup
	for k, i := range t.instances {
		watchers.Go(func() {
			refused, late := t.refusal(ctx, i, c, token)
			mu.Lock()
			defer mu.Unlock()
			c.refused, c.accepted = max(c.refused, refused), c.accepted+late
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

// refusal returns how long after the end an instance first refused, and how often it accepted one too late. It continues
// for a while after the first refusal.
func (t *trial) refusal(ctx context.Context, i *harness.Process, c *check, token string) (first time.Duration, late int) {
	first = 2 * watchFor
	for time.Since(c.ended) < watchFor && ctx.Err() == nil {
		asked := time.Since(c.ended)
		status := t.api.Try(ctx, c.at(i, token)).Status
		if status == c.refusal {
			first = min(first, asked)
		}
		if accepted(status) && asked > c.refusedWithin {
			late++
		}
		if first < watchFor && time.Since(c.ended) > c.refusedWithin+200*time.Millisecond {
			break
		}
		<-time.After(20 * time.Millisecond)
	}
	return first, late
}

func accepted(status int) bool { return status == http.StatusOK || status == http.StatusNoContent }

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

// findings summarise the checks of one revocation.
type findings struct {
	*revocation
	checks, inFaults int
	accepted         int           // too late, in faults too
	refused, closed  time.Duration // the slowest in calm
	wrong            []string      // what was not as promised in calm
}

// findings judges the checks of a revocation by the faults during them.
func (s *checks) findings(of *revocation, w *faultWindows) findings {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := findings{revocation: of}
	for _, c := range s.all {
		if c.revocation != of {
			continue
		}
		f.checks++
		f.accepted += c.accepted
		if w.during(c.ended, c.ended.Add(max(c.refused, c.closed)), faultStore) != "" {
			f.inFaults++
			continue
		}
		f.refused, f.closed = max(f.refused, c.refused), max(f.closed, c.closed)
		if c.refused > c.refusedWithin || c.closed > c.closedWithin {
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
