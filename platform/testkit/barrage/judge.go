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

// leaks match what no failure may say: the inside of the program.
var leaks = []*regexp.Regexp{
	regexp.MustCompile(`goroutine \d+|runtime error|\.go:\d+|panic:`),
	regexp.MustCompile(`(?i)sqlite|mysql|gorm|constraint failed|SELECT .+ FROM|no such table|syntax error`),
}

// Judge returns all that is wrong with an answer to any request: what an API says, it says in the same
// way everywhere. sentID is the X-Request-ID that was sent, "" for none that is sane.
func Judge(method, sentID string, status int, h http.Header, body []byte) error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if status >= http.StatusInternalServerError {
		say("status %d", status)
	}
	if id := h.Get("X-Request-Id"); id == "" || sentID != "" && id != sentID {
		say("X-Request-ID is %q, sent was %q", id, sentID)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" && status != http.StatusSwitchingProtocols {
		say("no nosniff")
	}
	for name, all := range h {
		if slices.ContainsFunc(all, func(v string) bool { return strings.ContainsAny(v, "\r\n\x00") }) {
			say("the header %s is split: %q", name, all)
		}
	}
	wrong = append(wrong, judgeFailure(method, status, h, body), judgeCookies(h))
	if kind := h.Get("Content-Type"); strings.Contains(kind, "json") && !utf8.Valid(body) {
		say("the body is no UTF-8")
	}
	for _, secret := range []string{"$2a$", "$2b$", "password_hash", "hashed_password", "refresh_hash"} {
		if bytes.Contains(body, []byte(secret)) {
			say("the body holds %s", secret)
		}
	}
	return errors.Join(wrong...)
}

// judgeFailure holds a failure to RFC 9457 and to the headers that its status asks for.
func judgeFailure(method string, status int, h http.Header, body []byte) error {
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
		return fmt.Errorf("status %d as %q", status, kind)
	}
	said := bytes.ReplaceAll(body, []byte(h.Get("X-Request-Id")), nil) // in 26 random letters there may be anything
	for _, leak := range leaks {
		if found := leak.Find(said); found != nil {
			return fmt.Errorf("the body says %q", found)
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
		return fmt.Errorf("the problem is no JSON: %w", err)
	}
	if p.Status != status || p.Type == "" || p.Title == "" || p.Detail == "" || p.Code == "" || p.RequestID != h.Get("X-Request-Id") {
		return fmt.Errorf("the problem lacks something: %s", body)
	}
	if status == http.StatusUnprocessableEntity && len(p.Errors) == 0 && p.Code == "validation_failed" {
		return fmt.Errorf("422 names no field: %s", body)
	}
	return nil
}

func judgeCookies(h http.Header) error {
	for _, line := range h.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			return fmt.Errorf("cookie %q: %w", line, err)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path == "" || len(line) > 4096 {
			return fmt.Errorf("the cookie %s lacks something: %s", c.Name, line)
		}
	}
	return nil
}
