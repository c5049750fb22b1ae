package stars

// Histogram says how many ratings there are of each number of half-stars. The index is that number less one.
type Histogram [Max]int64

// Count returns the number of ratings.
func (h Histogram) Count() int64 {
	var n int64
	for _, members := range h {
		n += members
	}
	return n
}

// Sum returns the sum of all ratings, in half-stars.
func (h Histogram) Sum() int64 {
	var n int64
	for i, members := range h {
		n += int64(i+1) * members
	}
	return n
}

// HistogramResponse is a [Histogram] on the wire.
type HistogramResponse struct {
	Half1  int64 `json:"0.5" example:"0" description:"Number of ratings of half a star."`
	Half2  int64 `json:"1" example:"0"`
	Half3  int64 `json:"1.5" example:"0"`
	Half4  int64 `json:"2" example:"0"`
	Half5  int64 `json:"2.5" example:"0"`
	Half6  int64 `json:"3" example:"1"`
	Half7  int64 `json:"3.5" example:"1"`
	Half8  int64 `json:"4" example:"2"`
	Half9  int64 `json:"4.5" example:"3"`
	Half10 int64 `json:"5" example:"2"`
}

// Response returns h as it is sent.
func (h Histogram) Response() HistogramResponse {
	return HistogramResponse{h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9]}
}
