package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/bench/yardstick"
)

// The content types of what is sent.
const (
	kindJSON = "application/json"
	kindForm = "application/x-www-form-urlencoded"
)

// request is an HTTP request before it is known who answers it.
type request struct {
	method, path string
	kind, body   string // content type and content, if any
	member       *person
	want         int // the status, 200 when it is 0
}

// answer is what came back.
type answer struct {
	body   []byte
	header http.Header
}

// client sends requests over connections that are kept.
type client struct {
	http  *http.Client
	extra http.Header
}

// newClient returns a client of at most conns connections; 0 is as many as are needed.
func newClient(conns int, extra http.Header) *client {
	return &client{extra: extra, http: &http.Client{Transport: &http.Transport{
		MaxConnsPerHost: conns, MaxIdleConnsPerHost: max(conns, 64), DisableCompression: true,
	}}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// do sends one request; an answer of another status than was wanted is an error.
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

// send sends the requests with the numbers from first to first+n-1 over conns connections, each of
// which sends its share in order. It returns the time that each took, in no order, and stops at the
// first that fails.
func (c *client) send(ctx context.Context, base string, next func(int) request, first, n, conns int) ([]time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	took := make([]time.Duration, n)
	err := each(n, conns, func(i int) error {
		began := time.Now()
		_, err := c.do(ctx, base, next(first+i))
		took[i] = time.Since(began)
		if err != nil {
			cancel()
		}
		return err
	})
	return took, err
}

// each does everything from 0 to n-1, in as many shares at once, each of which is done in order and
// ends with its first error.
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

// pace sends requests at a fixed rate, whether or not those before were answered, and returns how long
// each took from the moment at which it was due to be sent.
func (c *client) pace(ctx context.Context, base string, next func(int) request, first, n int, rate float64) ([]time.Duration, error) {
	took, failed := make([]time.Duration, n), make([]error, n)
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

// firstCause prefers what went wrong to what was cancelled because of it.
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

// nextPath returns the path and query of a header like `<…>; rel="next"` (RFC 8288), "" without one.
func nextPath(link string) (string, error) {
	target, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if !ok || !strings.Contains(rest, `rel="next"`) {
		return "", nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", fmt.Errorf("read Link %q: %w", link, err)
	}
	return u.RequestURI(), nil
}
