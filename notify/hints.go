package notify

import (
	"encoding/json"
	"fmt"
	"slices"
)

// The topics of the bus.
const (
	topicWake = "notify.wake" // payload: a wake
	topicEnd  = "notify.end"  // payload: an ending
)

// wake is the hint that notifications of a member exist up to a seq.
type wake struct {
	UserID int64 `json:"u"`
	Seq    int64 `json:"s"`
}

// ending is the hint that sessions of a member have ended: all of them when none are named.
type ending struct {
	UserID     int64   `json:"u"`
	SessionIDs []int64 `json:"s,omitempty"`
}

// listen follows the hints of all instances, this one included.
func (s *Service) listen() {
	s.Bus.Subscribe(topicWake, func(payload string) {
		if w, ok := decode[wake](s, payload); ok {
			s.hub.wake(w.UserID, w.Seq)
		}
	})
	s.Bus.Subscribe(topicEnd, func(payload string) {
		if e, ok := decode[ending](s, payload); ok {
			s.end(e)
		}
	})
}

// decode reads a payload, which another version of the program may have written.
func decode[T any](s *Service, payload string) (v T, ok bool) {
	if err := json.Unmarshal([]byte(payload), &v); err != nil {
		s.Log.Warn("a hint cannot be read", "type", fmt.Sprintf("%T", v), "error", err)
		return v, false
	}
	return v, true
}

func (s *Service) announce(userID, seq int64) {
	s.Bus.Publish(topicWake, fmt.Sprintf(`{"u":%d,"s":%d}`, userID, seq))
}

// CloseSessions closes the sockets of sessions that have ended, on all instances; nil means all of the
// member. It does not wait for them. An instance that misses the hint finds out by its next sweep.
func (s *Service) CloseSessions(userID int64, sessionIDs []int64) {
	if sessionIDs != nil && len(sessionIDs) == 0 {
		return // none, which must not become all on the way
	}
	e := ending{UserID: userID, SessionIDs: sessionIDs}
	s.end(e)
	if payload, err := json.Marshal(e); err == nil { // numbers always encode
		s.Bus.Publish(topicEnd, string(payload))
	}
}

func (s *Service) end(e ending) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	box := s.hub.users[e.UserID]
	if box == nil {
		return
	}
	for _, k := range box.sockets {
		if e.SessionIDs == nil || slices.Contains(e.SessionIDs, k.sessionID) {
			s.condemn(k, sessionEnded)
		}
	}
}
