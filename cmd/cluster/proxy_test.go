package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// backend returns an instance that answers with its name, also on sockets.
func backend(t *testing.T, name string, ready bool) *harness.Process {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case websocket.IsWebSocketUpgrade(r):
			conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err == nil {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(name))
				_ = conn.Close()
			}
		case r.URL.Path == "/readyz" && !ready:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(`{"status":"down"}`))
		case r.URL.Path == "/readyz":
			_, _ = w.Write([]byte(`{"status":"ok"}`))
		default:
			_, _ = w.Write([]byte(name))
		}
	}))
	t.Cleanup(s.Close)
	return &harness.Process{Name: name, Addr: strings.TrimPrefix(s.URL, "http://"), HTTP: http.DefaultClient}
}

func front(t *testing.T, instances ...*harness.Process) string {
	t.Helper()
	b := newBalancer(instances)
	for k, i := range instances {
		_, ready := i.Readiness(t.Context())
		b.ready[k].Store(ready)
	}
	s := httptest.NewServer(b.proxy())
	t.Cleanup(s.Close)
	return s.URL
}

// spread counts which instances answer n requests.
func spread(t *testing.T, base string, n int) map[string]int {
	t.Helper()
	api := harness.NewClient(base)
	got := map[string]int{}
	for range n {
		a := api.Try(t.Context(), harness.Call{Method: http.MethodPost, Path: "/"})
		got[string(a.Body)]++
	}
	return got
}

func TestProxyAlternatesBetweenReadyInstances(t *testing.T) {
	gone := backend(t, "gone", true)
	base := front(t, backend(t, "a", true), backend(t, "b", true), backend(t, "c", false))
	if got := spread(t, base, 9); got["a"] < 3 || got["b"] < 3 || got["a"]+got["b"] != 9 {
		t.Errorf("answers by instance: %v, want a and b at least 3 times each", got)
	}
	gone.Addr = "127.0.0.1:1" // a dead instance that the balancer still takes for ready
	base = front(t, gone, backend(t, "a", true))
	if diff := cmp.Diff(map[string]int{"a": 4}, spread(t, base, 4)); diff != "" {
		t.Errorf("with a dead instance (-want +got):\n%s", diff)
	}
}

func TestProxyForwardsSockets(t *testing.T) {
	base := front(t, backend(t, "a", true))
	conn, err := harness.Dial(t.Context(), base, "token", "?since=0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, said, err := conn.ReadMessage(); err != nil || string(said) != "a" {
		t.Errorf("got %q, %v; want the name of the instance", said, err)
	}
	if code := closeCode(conn); code != websocket.CloseAbnormalClosure {
		t.Errorf("closed with %d", code)
	}
}
