package barrage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// leaks match internals of the program, which an error response must not reveal.
var leaks = []*regexp.Regexp{
	regexp.MustCompile(`goroutine \d+|runtime error|\.go:\d+|panic:`),
	regexp.MustCompile(`(?i)sqlite|mysql|gorm|constraint failed|SELECT .+ FROM|no such table|syntax error`),
}

// Check returns an error that lists every broken invariant of a response. Method is the method of the request, and
// sentID the valid X-Request-ID that was sent, or "".
func Check(method, sentID string, status int, h http.Header, body []byte) error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if status >= http.StatusInternalServerError {
		fail("status %d", status)
	}
	if id := h.Get("X-Request-Id"); id == "" || sentID != "" && id != sentID {
		fail("X-Request-ID is %q, sent was %q", id, sentID)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" && status != http.StatusSwitchingProtocols {
		fail("X-Content-Type-Options is not nosniff")
	}
	for name, all := range h {
		if slices.ContainsFunc(all, func(v string) bool { return strings.ContainsAny(v, "\r\n\x00") }) {
			fail("the header %s contains a line break or NUL: %q", name, all)
		}
	}
	wrong = append(wrong, checkProblem(method, status, h, body), checkCookies(h))
	if kind := h.Get("Content-Type"); strings.Contains(kind, "json") && !utf8.Valid(body) {
		fail("the body is not UTF-8")
	}
	for _, secret := range []string{"$2a$", "$2b$", "password_hash", "hashed_password", "refresh_hash"} {
		if bytes.Contains(body, []byte(secret)) {
			fail("the body contains %s", secret)
		}
	}
	return errors.Join(wrong...)
}

// checkProblem tests that an error response is a problem document (RFC 9457) with the headers that its status requires.
func checkProblem(method string, status int, h http.Header, body []byte) error {
	if status < http.StatusBadRequest {
		return nil
	}
	needs := map[int]string{
		http.StatusUnauthorized: "Www-Authenticate", http.StatusMethodNotAllowed: "Allow",
		http.StatusTooManyRequests: "Retry-After", http.StatusServiceUnavailable: "Retry-After", http.StatusUpgradeRequired: "Upgrade",
	}
	if name := needs[status]; name != "" && h.Get(name) == "" {
		return fmt.Errorf("status %d without %s", status, name)
	}
	if kind := h.Get("Content-Type"); kind != "application/problem+json" {
		return fmt.Errorf("status %d has content type %q", status, kind)
	}
	text := bytes.ReplaceAll(body, []byte(h.Get("X-Request-Id")), nil) // 26 random letters may spell anything
	for _, leak := range leaks {
		if found := leak.Find(text); found != nil {
			return fmt.Errorf("the body reveals %q", found)
		}
	}
	if method == http.MethodHead {
		return nil
	}
	var p struct {
		Status                    int
		Type, Title, Detail, Code string
		RequestID                 string `json:"request_id"`
		Errors                    []struct{ Field, Code, Message string }
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return fmt.Errorf("the problem is not JSON: %w", err)
	}
	if p.Status != status || p.Type == "" || p.Title == "" || p.Detail == "" || p.Code == "" || p.RequestID != h.Get("X-Request-Id") {
		return fmt.Errorf("the problem is incomplete: %s", body)
	}
	if status == http.StatusUnprocessableEntity && len(p.Errors) == 0 && p.Code == "validation_failed" {
		return fmt.Errorf("422 names no field: %s", body)
	}
	return nil
}

func checkCookies(h http.Header) error {
	for _, line := range h.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			return fmt.Errorf("cookie %q: %w", line, err)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path == "" || len(line) > 4096 {
			return fmt.Errorf("the cookie %s lacks an attribute or is too long: %s", c.Name, line)
		}
	}
	return nil
}
