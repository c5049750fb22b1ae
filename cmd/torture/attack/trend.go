package attack

import "math"

// trend is a least-squares line.
type trend struct {
	slope  float64 // of y per unit of x
	unsure float64 // the standard error of the slope
}

// trendOf fits a line through points. Neighbouring samples of a slowly changing figure are correlated, so the standard
// error is computed with the effective number of points that the lag-1 autocorrelation of the residuals leaves.
func trendOf(x, y []float64) (t trend) {
	n := float64(len(x))
	if n < 3 {
		return trend{unsure: math.Inf(1)}
	}
	meanX, meanY := mean(x), mean(y)
	var xx, xy float64
	for k := range x {
		xx += (x[k] - meanX) * (x[k] - meanX)
		xy += (x[k] - meanX) * (y[k] - meanY)
	}
	t.slope = xy / xx
	var squares, neighbours, last float64
	for k := range x {
		residual := y[k] - meanY - t.slope*(x[k]-meanX)
		squares += residual * residual
		neighbours += residual * last
		last = residual
	}
	if squares > 0 {
		correlated := min(max(0, neighbours/squares), 0.99)
		t.unsure = math.Sqrt(squares / (n - 2) / xx * (1 + correlated) / (1 - correlated))
	}
	return t
}

func mean(all []float64) float64 {
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	return sum / float64(len(all))
}
