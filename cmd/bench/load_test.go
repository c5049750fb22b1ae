package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorder answers and counts requests.
type recorder struct {
	mu    sync.Mutex
	paths map[string]int // guarded by mu
	fail  string         // a path to answer with 404
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paths[q.URL.Path]++
	if q.URL.Path == r.fail {
		w.WriteHeader(http.StatusNotFound)
	}
}

func newRecorder(t *testing.T) (*recorder, string) {
	t.Helper()
	r := &recorder{paths: map[string]int{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return r, server.URL
}

func numbered(k int) request { return request{method: "GET", path: fmt.Sprintf("/%d", k)} }

func TestSendSendsEachRequestOnce(t *testing.T) {
	t.Parallel()
	r, base := newRecorder(t)
	c := newClient(2, nil)
	defer c.close()
	if err := c.send(t.Context(), base, numbered, 10, 5, 2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"/10": 1, "/11": 1, "/12": 1, "/13": 1, "/14": 1}, r.paths); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestPaceSendsEachRequestOnceAtTheRate(t *testing.T) {
	t.Parallel()
	r, base := newRecorder(t)
	c := newClient(0, nil)
	defer c.close()
	began := time.Now()
	took, err := c.pace(t.Context(), base, numbered, 3, 4, 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"/3": 1, "/4": 1, "/5": 1, "/6": 1}, r.paths); diff != "" || len(took) != 4 {
		t.Errorf("%d requests (-want +got):\n%s", len(took), diff)
	}
	for i, d := range took {
		if d <= 0 {
			t.Errorf("request %d took %s", i, d)
		}
	}
	if passed := time.Since(began); passed < 30*time.Millisecond {
		t.Errorf("four requests at a hundred a second took %s", passed)
	}
	r.fail = "/7"
	if _, err := c.pace(t.Context(), base, numbered, 7, 1, 100); err == nil {
		t.Error("a failed request is not an error")
	}
}

func TestUnexpectedStatusStopsSend(t *testing.T) {
	t.Parallel()
	r, base := newRecorder(t)
	r.fail = "/3"
	c := newClient(1, nil)
	defer c.close()
	err := c.send(t.Context(), base, numbered, 0, 100, 1)
	if err == nil || !strings.Contains(err.Error(), "GET /3: 404") {
		t.Errorf("got %v, want an error that names the request and the status", err)
	}
	if len(r.paths) != 4 {
		t.Errorf("%d requests were sent, want 4: none after the failure", len(r.paths))
	}
}
