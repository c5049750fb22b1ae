package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// lockedBuffer takes the log of everything that runs at once.
type lockedBuffer struct {
	mu  sync.Mutex
	out bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

// TestTheLogHoldsNoSecrets plants passwords, tokens and line breaks wherever a request has room, and reads
// the log of everything down to debug.
func TestTheLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	a, err := newApp(t.Context(), testConfig(t), slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	const secret = "hunter22hunter22"
	send := func(method, target, contentType, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, r)
		return w
	}
	send(http.MethodPost, "/users", asJSON, `{"username": "bob\nbuilder", "password": "`+secret+`", "age": 20, "gender": "male"}`)
	send(http.MethodPost, "/users", asJSON, `{"username": "bob", "password": "`+secret+`", "age": 20, "gender": "male"}`)
	send(http.MethodPost, "/users/login", asJSON, `{"username": "bob", "password": "`+secret+`-wrong"}`)
	in := send(http.MethodPost, "/users/login", asJSON, `{"username": "bob", "password": "`+secret+`"}`, "User-Agent", "x\ninjected")
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(in.Body.Bytes(), &tokens); err != nil || tokens.Access == "" {
		t.Fatalf("%v: %s", err, in.Body)
	}
	for range 3 { // the second and later ones are reuse, which is an event of its own
		send(http.MethodPost, "/users/refresh", asJSON, `{"refresh_token": "`+tokens.Refresh+`"}`)
	}
	send(http.MethodGet, "/users/me?token="+secret, "", "", "Authorization", "Bearer "+tokens.Access)
	send(http.MethodGet, "/users/"+secret+"%0Ainjected", "", "", "Cookie", "access_token="+secret, "X-Request-ID", secret+" x\ninjected")
	send(http.MethodPatch, "/users/me", asJSON, `{"password": "`+secret+`2", "current_password": "`+secret+`"}`, "Authorization", "Bearer "+tokens.Access)
	send(http.MethodPost, "/reviews", asForm, url.Values{"title": {secret}}.Encode(), "Authorization", "Bearer "+secret)

	log.mu.Lock()
	defer log.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(log.out.String()), "\n")
	if len(lines) < 8 {
		t.Errorf("only %d lines were logged", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is broken: %s", line)
		}
		for _, planted := range []string{secret, tokens.Access, tokens.Refresh, "injected", "$2a$"} {
			if strings.Contains(line, planted) {
				t.Errorf("the log holds %q: %s", planted, line)
			}
		}
	}
}
