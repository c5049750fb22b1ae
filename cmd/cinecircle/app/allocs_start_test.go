package app_test

import (
	"log/slog"
	"runtime"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/ops"
)

// TestAStartMakesNothingThatOnlyPagesOrToolsNeed holds how much wiring the program allocates. It is 1.5 MB; with the
// templates of two languages, the API document and compressed assets it was 32 MB, which took three quarters of the CPU of a start.
// It runs alone, since everybody's allocations are counted.
func TestAStartMakesNothingThatOnlyPagesOrToolsNeed(t *testing.T) {
	const most = 3 << 20
	c := apptest.ConfigOn(t, apptest.SQLiteFile(t))
	apptest.With(t, c) // migrates, and fills caches of the process
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := app.New(t.Context(), c, ops.Build{Version: "test"}, slog.New(slog.DiscardHandler))
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	got := after.TotalAlloc - before.TotalAlloc
	t.Logf("wiring allocates %d bytes", got)
	if got > most {
		t.Errorf("wiring allocates %d bytes, want at most %d", got, most)
	}
}
