package picture

import (
	"errors"
	"sync/atomic"
	"time"
)

// Stats are totals since the start.
type Stats struct {
	Decoded    uint64        // uploads that became a picture
	Refused    uint64        // uploads that were not an image that is read here, or too large
	Busy       uint64        // uploads that were not decoded in time
	DecodeTime time.Duration // spent on decoding, scaling and encoding
}

type counters struct {
	decoded, refused, busy atomic.Uint64
	decodeTime             atomic.Int64
}

// failed counts an upload that did not become a picture.
func (c *counters) failed(err error) {
	if errors.Is(err, ErrUnsupportedImage) || errors.Is(err, ErrImageTooLarge) {
		c.refused.Add(1)
		return
	}
	c.busy.Add(1)
}

func (c *counters) spent(since time.Time) { c.decodeTime.Add(int64(time.Since(since))) }

// Stats returns the totals, for metrics.
func (d *Decoder) Stats() Stats {
	c := &d.counters
	return Stats{
		Decoded:    c.decoded.Load(),
		Refused:    c.refused.Load(),
		Busy:       c.busy.Load(),
		DecodeTime: time.Duration(c.decodeTime.Load()),
	}
}
