package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// A page of another origin cannot follow a relative link: it would ask its own host.
func TestLinksToTheNextPageAreAbsoluteWithAPublicURL(t *testing.T) {
	t.Parallel()
	for publicURL, want := range map[string]string{"": "", "https://films.example": "https://films.example", "http://Films.example:8080/": "http://films.example:8080"} {
		c := apptest.Config(t)
		c.Server.PublicURL = publicURL
		a := apptest.With(t, c)
		for range 2 {
			apptest.Film(t, a, 0)
		}
		apptest.Member(t, a, "mina", auth.RoleMember)
		apptest.Member(t, a, "jun", auth.RoleMember)
		for _, path := range []string{"/movies", "/users"} {
			w := httptest.NewRecorder()
			a.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path+"?limit=1", http.NoBody))
			cursor := w.Header().Get("X-Next-Cursor")
			if got := w.Header().Get("Link"); cursor == "" || !strings.HasPrefix(got, "<"+want+path+"?cursor="+cursor+"&limit=1>") {
				t.Errorf("with the public URL %q: Link %q, X-Next-Cursor %q", publicURL, got, cursor)
			}
		}
	}
}
