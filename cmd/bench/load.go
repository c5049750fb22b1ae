package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/bench/yardstick"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// Content types of requests.
const (
	kindJSON = "application/json"
	kindForm = "application/x-www-form-urlencoded"
)

// request is an HTTP request to any of the servers.
type request struct {
	method, path string
	kind, body   string  // content type and content, if any
	member       *member // nil for a visitor
	want         int     // expected status, 0 for 200
}

// answer is a response.
type answer struct {
	body   []byte
	header http.Header
}

// client sends requests over connections that it keeps open.
type client struct {
	http  *http.Client
	extra http.Header
}

// newClient returns a client with at most conns connections, 0 for any number. Every request has the extra headers.
func newClient(conns int, extra http.Header) *client {
	return &client{extra: extra, http: &http.Client{Transport: &http.Transport{
		MaxConnsPerHost: conns, MaxIdleConnsPerHost: max(conns, 64), DisableCompression: true,
	}}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// do sends a request. An unexpected status is an error.
func (c *client) do(ctx context.Context, base string, r request) (answer, error) {
	out, err := http.NewRequestWithContext(ctx, r.method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	maps.Copy(out.Header, c.extra)
	if r.kind != "" {
		out.Header.Set("Content-Type", r.kind)
	}
	if r.member != nil {
		out.Header.Set("Authorization", "Bearer "+r.member.token)
		out.Header.Set(yardstick.HeaderMember, strconv.FormatInt(r.member.id, 10))
	}
	in, err := c.http.Do(out)
	if err != nil {
		return answer{}, err // it names the request
	}
	body, err := io.ReadAll(in.Body)
	if err = errors.Join(err, in.Body.Close()); err != nil {
		return answer{}, fmt.Errorf("%s %s: read the answer: %w", r.method, r.path, err)
	}
	if want := max(r.want, http.StatusOK); in.StatusCode != want {
		return answer{}, fmt.Errorf("%s %s: %s, want %d: %s", r.method, r.path, in.Status, want, bytes.TrimSpace(body[:min(len(body), 500)]))
	}
	return answer{body, in.Header}, nil
}

// send sends the requests with the numbers from first to first+n-1 over conns connections, each of which sends its
// share in order. It stops at the first error.
func (c *client) send(ctx context.Context, base string, next func(int) request, first, n, conns int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return each(n, conns, func(i int) error {
		_, err := c.do(ctx, base, next(first+i))
		if err != nil {
			cancel()
		}
		return err
	})
}

// each calls do for the numbers below n in concurrent shares. A share is in order and ends at its first error.
func each(n, shares int, do func(int) error) error {
	failed, size := make([]error, shares), (n+shares-1)/shares
	var wg sync.WaitGroup
	for w := range shares {
		wg.Go(func() {
			for i := w * size; i < min(n, (w+1)*size) && failed[w] == nil; i++ {
				failed[w] = do(i)
			}
		})
	}
	wg.Wait()
	return firstCause(failed)
}

// pace sends requests at a fixed rate, whether or not those before were answered, and returns how long each took from
// when it was sent.
func (c *client) pace(ctx context.Context, base string, next func(int) request, first, n int, rate float64) (harness.Delays, error) {
	took, failed := make(harness.Delays, n), make([]error, n)
	timer := time.NewTimer(0)
	defer timer.Stop()
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		timer.Reset(time.Until(begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
		select {
		case <-timer.C:
		case <-ctx.Done():
			failed[i] = context.Cause(ctx)
		}
		if failed[i] != nil {
			break
		}
		began := time.Now()
		wg.Go(func() {
			_, failed[i] = c.do(ctx, base, next(first+i))
			took[i] = time.Since(began)
		})
	}
	wg.Wait()
	return took, firstCause(failed)
}

// firstCause prefers an error to the cancellations that it caused.
func firstCause(failed []error) error {
	var cancelled error
	for _, err := range failed {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		cancelled = errors.Join(cancelled, err)
	}
	return cancelled
}
