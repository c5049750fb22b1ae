package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// backend is an instance that says its name, and echoes on sockets.
func backend(t *testing.T, name string, ready bool) *rig.Process {
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
	return &rig.Process{Name: name, Addr: strings.TrimPrefix(s.URL, "http://"), HTTP: http.DefaultClient}
}

func front(t *testing.T, instances ...*rig.Process) string {
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

// spread counts who answers n requests.
func spread(t *testing.T, base string, n int) map[string]int {
	t.Helper()
	api := rig.NewClient(base)
	got := map[string]int{}
	for range n {
		a := api.Try(t.Context(), rig.Call{Method: http.MethodPost, Path: "/"})
		got[string(a.Body)]++
	}
	return got
}

func TestInstancesTakeTurnsAndThoseThatAreNotReadyAreLeftOut(t *testing.T) {
	gone := backend(t, "gone", true)
	base := front(t, backend(t, "a", true), backend(t, "b", true), backend(t, "c", false))
	// The neighbour of the one that is left out gets its turn.
	if got := spread(t, base, 9); got["a"] < 3 || got["b"] < 3 || got["a"]+got["b"] != 9 {
		t.Errorf("answers of %v", got)
	}
	gone.Addr = "127.0.0.1:1" // nobody listens there, and nobody has noticed
	base = front(t, gone, backend(t, "a", true))
	if diff := cmp.Diff(map[string]int{"a": 4}, spread(t, base, 4)); diff != "" {
		t.Errorf("one is gone (-want +got):\n%s", diff)
	}
}

func TestSocketsPassTheProxy(t *testing.T) {
	base := front(t, backend(t, "a", true))
	conn, err := rig.Dial(t.Context(), base, "token", "?since=0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, said, err := conn.ReadMessage(); err != nil || string(said) != "a" {
		t.Errorf("%q, %v", said, err)
	}
	if code := closeCode(conn); code != websocket.CloseAbnormalClosure {
		t.Errorf("closed with %d", code)
	}
}

func TestTheNextPageIsAskedOfTheProxy(t *testing.T) {
	for link, want := range map[string]string{
		`<http://other:1/notifications/inbox?cursor=x>; rel="next"`: "/notifications/inbox?cursor=x",
		`</notifications/inbox?cursor=x>; rel="next"`:               "/notifications/inbox?cursor=x",
		`</a>; rel="prev"`: "",
		"":                 "",
	} {
		if got := rig.NextPage(http.Header{"Link": {link}}); got != want {
			t.Errorf("%q: %q, want %q", link, got, want)
		}
	}
}
