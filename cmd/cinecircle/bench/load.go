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
)

// The headers by which yardsticks are told what cinecircle knows from elsewhere.
const (
	headerAnswerBytes = "X-Answer-Bytes" // how long the static answer is to be
	headerMember      = "X-Member"       // who is asking
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

// client sends requests over a few connections that are kept.
type client struct {
	http  *http.Client
	extra http.Header
}

func newClient(conns int, extra http.Header) *client {
	return &client{extra: extra, http: &http.Client{Transport: &http.Transport{
		MaxConnsPerHost: conns, MaxIdleConnsPerHost: conns, DisableCompression: true,
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
		out.Header.Set(headerMember, strconv.FormatInt(r.member.id, 10))
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
	took, failed := make([]time.Duration, n), make([]error, conns)
	share := (n + conns - 1) / conns
	var wg sync.WaitGroup
	for w := range conns {
		wg.Go(func() {
			for i := w * share; i < min(n, (w+1)*share) && failed[w] == nil; i++ {
				began := time.Now()
				_, failed[w] = c.do(ctx, base, next(first+i))
				took[i] = time.Since(began)
			}
			if failed[w] != nil {
				cancel()
			}
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
