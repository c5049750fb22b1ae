package live

import (
	"testing"
	"time"
)

func TestMeterAllowsABurstAndThenTheRate(t *testing.T) {
	t.Parallel()
	var m meter
	now := time.Now()
	for i := range 50 {
		if !m.allow(now, 1, 10, 50) {
			t.Fatalf("number %d of the burst was refused", i+1)
		}
	}
	if m.allow(now, 1, 10, 50) {
		t.Error("one more than the burst was allowed")
	}
	now = now.Add(200 * time.Millisecond) // pays for the refused one and one more
	if !m.allow(now, 1, 10, 50) {
		t.Error("one was refused after the time for it")
	}
	if m.allow(now, 1, 10, 50) {
		t.Error("one was allowed before the time for it")
	}
}
