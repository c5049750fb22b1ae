package main

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

// attemptTimeout bounds one request; the server's own limits are shorter for most.
const attemptTimeout = 15 * time.Second

// call is a request of a member, or of nobody.
type call struct {
	method, path, token string
	kind                string // content type of the body, JSON when empty
	body                []byte
	base                string // of an instance, when it is not to go through the proxy
}

// answer is what came back; a status of 0 means that nothing did.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// try sends a request once.
func (t *trial) try(ctx context.Context, c call) answer {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	base := c.base
	if base == "" {
		base = t.front
	}
	req, err := http.NewRequestWithContext(ctx, c.method, base+c.path, bytes.NewReader(c.body))
	if err != nil {
		return answer{}
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if len(c.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
		if c.kind != "" {
			req.Header.Set("Content-Type", c.kind)
		}
	}
	res, err := t.client.Do(req)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}
	}
	return answer{res.StatusCode, res.Header, body}
}

// must sends a request once and decodes what came back into out, unless that is nil.
func (t *trial) must(ctx context.Context, c call, out any) (answer, error) {
	a := t.try(ctx, c)
	if a.status < 200 || a.status > 299 {
		return a, fmt.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
	}
	if out == nil {
		return a, nil
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return a, fmt.Errorf("%s %s: %w", c.method, c.path, err)
	}
	return a, nil
}

// nextPage returns the path of the next page of a list (RFC 8288), "" after the last.
func nextPage(h http.Header) string {
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
