package harness

import (
	"testing"
	"time"
)

func TestAQuantileIsOneOfTheDelays(t *testing.T) {
	t.Parallel()
	var d Delays
	for i := range 100 {
		d = append(d, time.Duration(100-i))
	}
	for _, c := range []struct {
		q    float64
		want time.Duration
	}{{0, 1}, {0.5, 50}, {0.99, 99}, {1, 100}} {
		if got := d.Quantile(c.q); got != c.want {
			t.Errorf("quantile %v is %d, want %d", c.q, got, c.want)
		}
	}
	if got := (Delays{}).Quantile(0.5); got != 0 {
		t.Errorf("the quantile of nothing is %d, want 0", got)
	}
}

func TestCountsAreListedByName(t *testing.T) {
	t.Parallel()
	if got := Counts(map[string]int{"no answer": 1, "503": 3}); got != "3 × 503, 1 × no answer" {
		t.Errorf("got %q", got)
	}
	if got := Counts(nil); got != "none" {
		t.Errorf("got %q, want none", got)
	}
}
