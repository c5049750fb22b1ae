package media

import (
	"errors"
	"sync/atomic"
	"time"
)

// Stats is what happened since the start. All are totals that only grow.
type Stats struct {
	Decoded      uint64        // uploads that became a picture
	Refused      uint64        // uploads that were no image, or too large a one
	Busy         uint64        // uploads that were not decoded in time
	DecodeTime   time.Duration // spent on pixels
	Stored       uint64        // images that a row names
	StoreFailed  uint64        // images that could not be written
	Removed      uint64        // images that are gone
	RemoveFailed uint64        // removals that have to be tried again
}

type counters struct {
	decoded, refused, busy, stored, storeFailed, removed, removeFailed atomic.Uint64
	decodeTime                                                         atomic.Int64
}

// failed counts an upload that became no picture.
func (c *counters) failed(err error) {
	if errors.Is(err, ErrUnsupportedImage) || errors.Is(err, ErrImageTooLarge) {
		c.refused.Add(1)
		return
	}
	c.busy.Add(1)
}

// Stats returns the totals, for metrics.
func (l *Library) Stats() Stats {
	c := &l.counters
	return Stats{
		Decoded:      c.decoded.Load(),
		Refused:      c.refused.Load(),
		Busy:         c.busy.Load(),
		DecodeTime:   time.Duration(c.decodeTime.Load()),
		Stored:       c.stored.Load(),
		StoreFailed:  c.storeFailed.Load(),
		Removed:      c.removed.Load(),
		RemoveFailed: c.removeFailed.Load(),
	}
}
