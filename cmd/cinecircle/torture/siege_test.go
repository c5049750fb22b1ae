package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestEqualRequestsAtOnceHaveOneEffect holds the program on a real file to what the tests of each domain hold it to in
// memory, where all share one connection.
func TestEqualRequestsAtOnceHaveOneEffect(t *testing.T) {
	t.Parallel()
	wantMet(t, "-attack", "races", "-scale", "8")
}

func TestWhatACommunityTookIsFreeOnceItIsGone(t *testing.T) {
	t.Parallel()
	wantMet(t, "-attack", "soak", "-duration", "8s")
}

// wantMet attacks and wants every goal met, but that of the slope, of which a few seconds say nothing.
func wantMet(t *testing.T, args ...string) {
	t.Helper()
	var report, progress bytes.Buffer
	if err := run(t.Context(), append(args, "-bin", built(t)), &report, &progress); err != nil {
		t.Fatalf("%v\n%s\n%s", err, progress.String(), report.String())
	}
	met := 0
	for line := range strings.Lines(report.String()) {
		if strings.Contains(line, "MISSED") && !strings.Contains(line, "slope") {
			t.Error(line)
		}
		if strings.HasSuffix(line, " met\n") {
			met++
		}
	}
	if met == 0 {
		t.Errorf("nothing was measured:\n%s", report.String())
	}
}
