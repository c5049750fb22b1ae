package memory

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryIsFreedWhenTheProcessIsIdleAndMuchIsUnused(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for name, test := range map[string]struct {
		allocated, used, held uint64
		want                  bool
	}{
		"idle after a peak":         {allocated: 1 * mb, used: 120 * mb, held: 200 * mb, want: true},
		"under load":                {allocated: 100 * mb, used: 120 * mb, held: 200 * mb},
		"nearly everything is used": {allocated: 1 * mb, used: 195 * mb, held: 200 * mb},
		"a small process":           {allocated: 1 * mb, used: 9 * mb, held: 12 * mb},
		"used exceeds held":         {allocated: 1 * mb, used: 201 * mb, held: 200 * mb},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := usage{allocated: 7 * mb}
			now := usage{allocated: before.allocated + test.allocated, used: test.used, held: test.held}
			if got := now.wasteful(before); got != test.want {
				t.Errorf("wasteful is %v, want %v", got, test.want)
			}
		})
	}
}

func TestUsageIsReadAndReclaimEndsWithItsContext(t *testing.T) {
	t.Parallel()
	got := readUsage()
	if got.allocated == 0 || got.held == 0 {
		t.Errorf("read %+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Reclaim(ctx); err != nil {
		t.Errorf("Reclaim: %v", err)
	}
}

func TestReclaimFreesWhatTheStartLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		before := forcedCollections()
		go func() { _ = Reclaim(ctx) }()
		time.Sleep(2 * settled) //nolint:forbidigo // the time of the bubble, which takes none
		synctest.Wait()
		if forcedCollections() == before {
			t.Error("nothing was freed after the start")
		}
	})
}

func forcedCollections() uint32 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumForcedGC
}
