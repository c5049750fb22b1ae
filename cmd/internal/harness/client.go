package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// attemptTimeout bounds one request. Most limits of the server are shorter.
const attemptTimeout = 15 * time.Second

// Client sends requests.
type Client struct {
	Base string // URL before the path
	HTTP *http.Client
}

// NewClient returns a client that keeps as many connections as its callers need.
func NewClient(base string) *Client {
	return &Client{Base: base, HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
}

// Call is a request of a member or of a visitor.
type Call struct {
	Method, Path, Token string
	Kind                string // content type of the body, JSON when empty
	Body                []byte
	Base                string // overrides the client's
	From                string // X-Forwarded-For
	Key                 string // Idempotency-Key
}

// Answer is a response. The status is 0 when there was none.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Try sends a request once.
func (c *Client) Try(ctx context.Context, call Call) Answer {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	base := call.Base
	if base == "" {
		base = c.Base
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, base+call.Path, bytes.NewReader(call.Body))
	if err != nil {
		return Answer{}
	}
	if call.Token != "" {
		req.Header.Set("Authorization", "Bearer "+call.Token)
	}
	if call.Key != "" {
		req.Header.Set("Idempotency-Key", call.Key)
	}
	if call.From != "" {
		req.Header.Set("X-Forwarded-For", call.From)
	}
	if len(call.Body) > 0 {
		req.Header.Set("Content-Type", "application/json")
		if call.Kind != "" {
			req.Header.Set("Content-Type", call.Kind)
		}
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return Answer{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}
	}
	return Answer{res.StatusCode, res.Header, body}
}

// Must sends a request once and decodes the answer into out, unless out is nil. A status outside 2xx is an error.
func (c *Client) Must(ctx context.Context, call Call, out any) (Answer, error) {
	a := c.Try(ctx, call)
	if a.Status < 200 || a.Status > 299 {
		return a, fmt.Errorf("%s %s: %d %s", call.Method, call.Path, a.Status, a.Body)
	}
	if out == nil {
		return a, nil
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return a, fmt.Errorf("%s %s: %w", call.Method, call.Path, err)
	}
	return a, nil
}

// NextPage returns the path of the next page of a list (RFC 8288), "" after the last.
func NextPage(h http.Header) string {
	target, rest, ok := strings.Cut(strings.TrimPrefix(h.Get("Link"), "<"), ">")
	if !ok || !strings.Contains(rest, `rel="next"`) {
		return ""
	}
	if i := strings.Index(target, "://"); i >= 0 {
		target = target[i+3:]
		target = target[strings.IndexByte(target, '/'):]
	}
	return target
}
