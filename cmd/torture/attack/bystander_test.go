package attack

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

func TestDelaysOfBystandersAreNotNegative(t *testing.T) {
	var asked atomic.Int64
	program := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer program.Close()
	o := (&target{api: harness.NewClient(program.URL)}).watchOthers(t.Context())
	if !harness.Eventually(t.Context(), harness.EndTimeout, func() bool { return asked.Load() >= 20 }) {
		t.Error("fewer than 20 requests arrived")
	}
	if _, err := o.stop(); err != nil {
		t.Fatal(err)
	}
	if first := slices.Min(o.took); first < 0 {
		t.Errorf("a request was answered %s before it was sent", -first)
	}
}
