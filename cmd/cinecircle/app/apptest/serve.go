package apptest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/platform/web/listen"
)

// Serve serves a handler on a loopback port until the test ends, on the connections that the program has. On those of
// net/http a client that is still sending its body when it is refused may get a reset connection instead of the response.
func Serve(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Listener = listen.Wrap(s.Config, s.Listener, web.Patience, 0, slog.New(slog.DiscardHandler))
	s.Start()
	t.Cleanup(s.Close)
	return s
}
