package siege

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

func TestNobodyIsAnsweredBeforeTheyAsk(t *testing.T) {
	var asked atomic.Int64
	program := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer program.Close()
	o := (&siege{api: rig.NewClient(program.URL)}).watchOthers(t.Context())
	if !rig.Eventually(t.Context(), rig.EndPatience, func() bool { return asked.Load() >= 20 }) {
		t.Error("nobody asks")
	}
	if _, err := o.stop(); err != nil {
		t.Fatal(err)
	}
	if first := slices.Min(o.took); first < 0 {
		t.Errorf("somebody was answered %s before they asked", -first)
	}
}
