package app_test

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

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
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

// TestTheLogContainsNoSecrets plants passwords, tokens and line breaks wherever a request has room, and reads
// the log of everything down to debug.
func TestTheLogContainsNoSecrets(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	a := apptest.WithLog(t, apptest.Config(t), slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	const secret = "hunter22hunter22"
	send := func(method, target, contentType, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		return w
	}
	send(http.MethodPost, "/users", apptest.JSON, `{"username": "bob\nbuilder", "password": "`+secret+`", "age": 20, "gender": "male"}`)
	send(http.MethodPost, "/users", apptest.JSON, `{"username": "bob", "password": "`+secret+`", "age": 20, "gender": "male"}`)
	send(http.MethodPost, "/users/login", apptest.JSON, `{"username": "bob", "password": "`+secret+`-wrong"}`)
	in := send(http.MethodPost, "/users/login", apptest.JSON, `{"username": "bob", "password": "`+secret+`"}`, "User-Agent", "x\ninjected")
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(in.Body.Bytes(), &tokens); err != nil || tokens.Access == "" {
		t.Fatalf("%v: %s", err, in.Body)
	}
	for range 3 { // the second and later ones are reuse, which is an event of its own
		send(http.MethodPost, "/users/refresh", apptest.JSON, `{"refresh_token": "`+tokens.Refresh+`"}`)
	}
	send(http.MethodGet, "/users/me?token="+secret, "", "", "Authorization", "Bearer "+tokens.Access)
	send(http.MethodGet, "/users/"+secret+"%0Ainjected", "", "", "Cookie", "access_token="+secret, "X-Request-ID", secret+" x\ninjected")
	send(http.MethodPatch, "/users/me", apptest.JSON, `{"password": "`+secret+`2", "current_password": "`+secret+`"}`, "Authorization", "Bearer "+tokens.Access)
	send(http.MethodPost, "/reviews", apptest.Form, url.Values{"title": {secret}}.Encode(), "Authorization", "Bearer "+secret)

	// The pages, with a password typed into the field of the name too.
	own := []string{"Sec-Fetch-Site", "same-origin", "Cookie", "access_token=" + tokens.Access + "; refresh_token=" + tokens.Refresh}
	send(http.MethodPost, "/signin", apptest.Form, url.Values{"username": {secret}, "password": {"bob"}}.Encode(), own...)
	send(http.MethodPost, "/signin", apptest.Form, url.Values{"username": {"bob"}, "password": {secret}, "next": {"/" + secret}}.Encode(), own...)
	send(http.MethodPost, "/join", apptest.Form, url.Values{"username": {"eve\ninjected"}, "password": {secret}, "age": {secret}}.Encode(), own...)
	send(http.MethodPost, "/settings/password", apptest.Form, url.Values{"current_password": {secret}, "password": {secret + "3"}}.Encode(), own...)
	send(http.MethodPost, "/settings/delete", apptest.Form, url.Values{"current_password": {secret}}.Encode(), own...)
	send(http.MethodGet, "/users/session/renew?to=/"+secret, "", "", own...)
	send(http.MethodGet, "/films?q="+secret+"%0Ainjected", "", "", own...)
	send(http.MethodGet, "/notifications?since="+secret, "", "", "Sec-WebSocket-Protocol", "bearer, "+secret)

	log.mu.Lock()
	defer log.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(log.out.String()), "\n")
	if len(lines) < 16 {
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
