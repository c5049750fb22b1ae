package notify

import "sync/atomic"

// Stats is what the service is doing and has done since it started.
type Stats struct {
	Sockets int // open here, with those that are being opened or refused
	Users   int // with a socket here

	Stored   int64 // notifications committed here
	Pushed   int64 // frames handed to sockets as they happened
	Replayed int64 // frames handed to sockets that were catching up
	Healed   int64 // deliveries that a sweep began because the hint was lost, or was slower than the sweep
	Slow     int64 // sockets closed because their reader was too slow
}

type counters struct{ stored, pushed, replayed, healed, slow atomic.Int64 }

// Stats returns a snapshot, for metrics.
func (s *Service) Stats() Stats {
	s.hub.mu.Lock()
	sockets, users := s.hub.places, len(s.hub.users)
	s.hub.mu.Unlock()
	return Stats{
		Sockets: sockets, Users: users,
		Stored: s.stats.stored.Load(), Pushed: s.stats.pushed.Load(), Replayed: s.stats.replayed.Load(),
		Healed: s.stats.healed.Load(), Slow: s.stats.slow.Load(),
	}
}
