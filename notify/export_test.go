package notify

import (
	"context"
	"time"
)

// What the tests have to know of the inside.
const (
	Window     = window
	MaxBehind  = maxBehind
	StallLimit = stallLimit
	LagGrace   = lagGrace
)

// Heartbeat makes pings come sooner.
func Heartbeat(ping, pong time.Duration) func(*Deps) {
	return func(d *Deps) { d.pingPeriod, d.pongWait = ping, pong }
}

// Behind returns how many frames the sockets of a member lack, one by one.
func (s *Service) Behind(userID int64) []int64 {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	box := s.hub.users[userID]
	if box == nil {
		return nil
	}
	var all []int64
	for _, k := range box.sockets {
		all = append(all, box.want-k.sent+k.flight.Load())
	}
	return all
}

// Rests reports whether nobody delivers to a member, or is about to.
func (s *Service) Rests(userID int64) bool {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	box := s.hub.users[userID]
	return box != nil && !box.queued && !box.busy
}

// IsControl is what tells the frames that are not held.
func IsControl(p []byte) bool { return isControl(p) }

// Load reads what a socket that stands at a seq is to be sent.
func (s *Service) Load(ctx context.Context, userID, after int64) error {
	return s.load(ctx, []*batch{{userID: userID, from: after}})
}
