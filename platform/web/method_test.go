package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

// crossroads has literals and parameters side by side under several methods, at which gin's own search
// for other methods panics.
func crossroads(t *testing.T) http.Handler {
	t.Helper()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Edge: edge(t, "", nil, nil)})
	h := web.Handle(web.NoContent)
	for _, path := range []string{"/users", "/users/me", "/users/:user_id", "/users/me/sessions", "/users/:user_id/reviews"} {
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT"} {
			engine.Handle(method, path, h)
		}
	}
	engine.Handle(http.MethodPost, "/login", h)
	return engine
}

func TestWhatNoRouteAnswersIsNoPanic(t *testing.T) {
	t.Parallel()
	h := crossroads(t)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/users/me/", 404, ""},
		{"POST", "/users/me/sessions/", 404, ""},
		{"GET", "/users/me/x", 404, ""},
		{"GET", "/", 404, ""},
		{"OPTIONS", "/nowhere", 404, ""},
		{"GET", "/users%2Fme", 404, ""},
		{"BREW", "/users/me", 405, "DELETE, GET, PATCH, POST, PUT, OPTIONS"},
		{"TRACE", "/users/7/reviews", 405, "DELETE, GET, PATCH, POST, PUT, OPTIONS"},
		{"CONNECT", "/login", 405, "POST, OPTIONS"},
		{"GET", "/login", 405, "POST, OPTIONS"},
		{"OPTIONS", "/login", 204, "POST, OPTIONS"},
		{"GET", "/users/%31", 204, ""},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, http.NoBody))
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: status %d, Allow %q; want %d, %q", c.method, c.path, w.Code, w.Header().Get("Allow"), c.status, c.allow)
		}
	}
}

func TestEncodedSegmentsReachHandlersDecoded(t *testing.T) {
	t.Parallel()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Edge: edge(t, "", nil, nil)})
	var got string
	engine.GET("/things/:name", func(c *gin.Context) { got = c.Param("name") })
	for path, want := range map[string]string{"/things/a%2Fb": "a/b", "/things/%EC%98%81%ED%99%94": "영화", "/things/%61": "a"} {
		engine.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}
