package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

// overlappingRoutes has literals and parameters side by side under several methods.
func overlappingRoutes(t *testing.T) http.Handler {
	t.Helper()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil)})
	h := web.Handle(web.NoContent)
	for _, path := range []string{"/users", "/users/me", "/users/:user_id", "/users/me/sessions", "/users/:user_id/reviews"} {
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT"} {
			engine.Handle(method, path, h)
		}
	}
	engine.Handle(http.MethodPost, "/login", h)
	return engine
}

func TestPathsWithoutARouteAre404Or405(t *testing.T) {
	t.Parallel()
	h := overlappingRoutes(t)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/users/", 404, ""},
		{"GET", "/movies/7", 404, ""},
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

// TestGinDoesNotSearchForOtherMethods checks the guard itself, instead of sending a request that ends in a panic without it.
func TestGinDoesNotSearchForOtherMethods(t *testing.T) {
	t.Parallel()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil)})
	if engine.HandleMethodNotAllowed || engine.RedirectTrailingSlash || engine.RedirectFixedPath {
		t.Error("gin searches its tree again for requests that no route matches")
	}
}

func TestEncodedSegmentsReachHandlersDecoded(t *testing.T) {
	t.Parallel()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil)})
	var got string
	engine.GET("/things/:name", func(c *gin.Context) { got = c.Param("name") })
	for path, want := range map[string]string{"/things/a%2Fb": "a/b", "/things/%EC%98%81%ED%99%94": "영화", "/things/%61": "a"} {
		engine.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}
