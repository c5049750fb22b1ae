package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// The length of a compressed body shows what it has in common with its request. Responses with tokens are never compressed,
// whatever their size.
func TestTokensAreNeverCompressed(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	member := apptest.Member(t, a, "haneul", auth.RoleMember)
	tokens := apptest.SignIn(t, a, member)
	for path, body := range map[string]string{
		"/users/login":   `{"username":"haneul","password":"` + apptest.Password + `"}`,
		"/users/refresh": `{"refresh_token":"` + tokens.Refresh + `"}`,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "" || !strings.Contains(w.Body.String(), "access_token") {
			t.Errorf("%s: %d with the headers %v: %s", path, w.Code, w.Header(), w.Body)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", http.NoBody)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 60_000 {
		t.Errorf("the document has %d bytes and the headers %v", w.Body.Len(), w.Header())
	}
}
