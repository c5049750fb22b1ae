package attack

import (
	"math"
	"math/rand/v2"
	"testing"
)

func line(n int, slope float64, noise func(k int) float64) (x, y []float64) {
	for k := range n {
		x = append(x, float64(k))
		y = append(y, 100+slope*float64(k)+noise(k))
	}
	return x, y
}

func TestTrendOfALineIsExact(t *testing.T) {
	x, y := line(50, -0.25, func(int) float64 { return 0 })
	if got := trendOf(x, y); math.Abs(got.slope+0.25) > 1e-12 || got.unsure > 1e-12 {
		t.Errorf("%+v", got)
	}
}

func TestTrendOfTwoPointsIsUnknown(t *testing.T) {
	if got := trendOf([]float64{1, 2}, []float64{1, 2}); !math.IsInf(got.unsure, 1) {
		t.Errorf("%+v", got)
	}
}

// TestStandardErrorOfTheSlopeIsCalibrated compares the estimated error with the real one over many lines, for
// independent and for autocorrelated noise.
func TestStandardErrorOfTheSlopeIsCalibrated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, keeps := range []float64{0, 0.8} {
		var off, said float64
		const lines = 500
		for range lines {
			noise := 0.0
			x, y := line(300, 1, func(int) float64 { noise = keeps*noise + r.NormFloat64(); return noise })
			got := trendOf(x, y)
			off += (got.slope - 1) * (got.slope - 1)
			said += got.unsure
		}
		if ratio := said / lines / math.Sqrt(off/lines); ratio < 0.85 || ratio > 1.15 {
			t.Errorf("autocorrelation %.1f: the estimated error is %.2f times the real one", keeps, ratio)
		}
	}
}
