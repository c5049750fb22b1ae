//go:build failpoint

package clock

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSetClockKeepsItsMonotonicReading(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour, 240 * time.Hour, 0} {
		now := time.Now()
		set := setWall(now, by)
		if got := set.Round(0).Sub(now.Round(0)); got != by {
			t.Errorf("set by %s, the wall clock moved by %s", by, got)
		}
		if got := set.Sub(now); got != 0 {
			t.Errorf("set by %s, the monotonic clock moved by %s", by, got)
		}
	}
}

func TestTheClockFollowsItsFile(t *testing.T) {
	c := &skewed{file: filepath.Join(t.TempDir(), "clock")}
	c.reread()
	if c.by.Load() != 0 {
		t.Error("it is wrong without a file")
	}
	if err := os.WriteFile(c.file, []byte("-1h\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.reread()
	if got := time.Duration(c.by.Load()); got != -time.Hour {
		t.Errorf("it is wrong by %s", got)
	}
}
