package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
)

func TestMetricsAreNotPublicBehindAProxy(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		server config.Server
		status int
	}{
		"a loopback address": {config.Server{Addr: "127.0.0.1:8000"}, 200},
		"a public URL":       {config.Server{Addr: "127.0.0.1:8000", PublicURL: "https://film.example"}, 404},
		"a trusted proxy":    {config.Server{Addr: "[::1]:8000", TrustedProxies: []string{"127.0.0.1"}}, 404},
		"every address":      {config.Server{Addr: ":8000"}, 404},
	} {
		conf := apptest.Config(t)
		conf.Server.Addr, conf.Server.PublicURL, conf.Server.TrustedProxies = c.server.Addr, c.server.PublicURL, c.server.TrustedProxies
		w := httptest.NewRecorder()
		apptest.With(t, conf).Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", what, w.Code, c.status)
		}
	}
}

func TestAThreadIsLeftToRequests(t *testing.T) {
	t.Parallel()
	s := apptest.NewInstance(t, "GOMAXPROCS=3").Start()
	if metrics := string(s.Get("", "/metrics").Body); !strings.Contains(metrics, "\ngo_sched_gomaxprocs_threads 4\n") {
		t.Error("beside hashes on three cores, the program has no thread for requests")
	}
}
