package live

import "sync/atomic"

// Stats is what a hub is doing and has done since it started.
type Stats struct {
	Sockets int // open, including those that are being opened or refused
	Users   int // with a socket

	Pushed   int64 // frames of new notifications handed to sockets
	Replayed int64 // frames handed to sockets that were catching up
	Healed   int64 // deliveries that a sweep started because the wake-up was lost, or slower than the sweep
	Slow     int64 // sockets closed because their reader was too slow
}

type counters struct{ pushed, replayed, healed, slow atomic.Int64 }

// Stats returns a snapshot, for metrics.
func (h *Hub) Stats() Stats {
	sockets, users := h.count()
	return Stats{
		Sockets: sockets, Users: users,
		Pushed: h.stats.pushed.Load(), Replayed: h.stats.replayed.Load(),
		Healed: h.stats.healed.Load(), Slow: h.stats.slow.Load(),
	}
}
