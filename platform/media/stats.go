package media

import "sync/atomic"

// Stats are totals since the start.
type Stats struct {
	Stored       uint64 // images that were stored and are named by a row
	StoreFailed  uint64 // images that could not be written
	Removed      uint64 // images whose files were removed
	RemoveFailed uint64 // removals that failed and are tried again
}

type counters struct{ stored, storeFailed, removed, removeFailed atomic.Uint64 }

// Stats returns the totals, for metrics.
func (l *Library) Stats() Stats {
	c := &l.counters
	return Stats{
		Stored:       c.stored.Load(),
		StoreFailed:  c.storeFailed.Load(),
		Removed:      c.removed.Load(),
		RemoveFailed: c.removeFailed.Load(),
	}
}
