package notify

import "time"

// What the tests have to know of the inside.
const (
	Window     = window
	MaxBehind  = maxBehind
	StallLimit = stallLimit
	LagGrace   = lagGrace
)

// SetHeartbeat makes pings come sooner. It is called before the first socket.
func (s *Service) SetHeartbeat(ping, pong time.Duration) {
	s.melody.Config.PingPeriod, s.melody.Config.PongWait = ping, pong
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

// Padded is padded.
func Padded(ids []int64) []int64 { return padded(ids) }
