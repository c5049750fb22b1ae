package harness

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Delays are durations, from which quantiles are taken.
type Delays []time.Duration

// Quantile returns the nearest-rank quantile, for example the 99th percentile for 0.99, and 0 when there are no delays.
// It sorts them.
func (d Delays) Quantile(q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	rank := int(math.Ceil(q * float64(len(d))))
	return d[min(max(rank, 1), len(d))-1]
}

// Millis returns a quantile as text.
func (d Delays) Millis(q float64) string { return Millis(d.Quantile(q)) }

// Millis returns, for example, "3.5 ms".
func Millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// Counts returns, for example, "3 × 503, 1 × no answer", in the order of the names, and "none" when there are none.
func Counts(counts map[string]int) string {
	if len(counts) == 0 {
		return "none"
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d × %s", counts[what], what))
	}
	return strings.Join(parts, ", ")
}
