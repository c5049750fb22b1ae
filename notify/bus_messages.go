package notify

import (
	"encoding/json"
	"fmt"
)

// Topics of the bus.
const (
	topicWake = "notify.wake" // payload: wakeMessage
	topicEnd  = "notify.end"  // payload: endMessage
	topicHide = "notify.hide" // payload: hideMessage
)

// wakeMessage tells that the notifications of a user up to a seq are stored.
type wakeMessage struct {
	UserID int64 `json:"u"`
	Seq    int64 `json:"s"`
}

// endMessage tells that sessions of a user have ended: all of them if it names none.
type endMessage struct {
	UserID     int64   `json:"u"`
	SessionIDs []int64 `json:"s,omitempty"`
}

// hideMessage tells that notifications of a user were hidden.
type hideMessage struct {
	UserID int64 `json:"u"`
}

// subscribe passes the messages of all instances, this one included, to the hub.
func (s *Service) subscribe() {
	s.Bus.Subscribe(topicWake, func(payload string) {
		if m, ok := decode[wakeMessage](s, payload); ok {
			s.hub.Wake(m.UserID, m.Seq)
		}
	})
	s.Bus.Subscribe(topicEnd, func(payload string) {
		if m, ok := decode[endMessage](s, payload); ok {
			s.hub.CloseSessions(m.UserID, m.SessionIDs)
		}
	})
	s.Bus.Subscribe(topicHide, func(payload string) {
		if m, ok := decode[hideMessage](s, payload); ok {
			s.hub.Forget(m.UserID)
		}
	})
}

// decode reads a payload, which another version of the program may have written.
func decode[T any](s *Service, payload string) (message T, ok bool) {
	if err := json.Unmarshal([]byte(payload), &message); err != nil {
		s.Log.Warn("ignoring a bus message that cannot be decoded", "type", fmt.Sprintf("%T", message), "error", err)
		return message, false
	}
	return message, true
}

func (s *Service) publishWake(userID, seq int64) {
	s.Bus.Publish(topicWake, fmt.Sprintf(`{"u":%d,"s":%d}`, userID, seq))
}

func (s *Service) publishHide(userID int64) {
	s.hub.Forget(userID) // before the writer is answered, also when the bus loses the message
	s.Bus.Publish(topicHide, fmt.Sprintf(`{"u":%d}`, userID))
}

// CloseSessions closes the sockets of sessions that have ended, on all instances and without waiting for
// them; nil means all sockets of the user. An instance that misses the message closes them with its next
// sweep.
func (s *Service) CloseSessions(userID int64, sessionIDs []int64) {
	if sessionIDs != nil && len(sessionIDs) == 0 {
		return // the payload could not tell it from nil
	}
	s.hub.CloseSessions(userID, sessionIDs)
	if payload, err := json.Marshal(endMessage{userID, sessionIDs}); err == nil { // integers always encode
		s.Bus.Publish(topicEnd, string(payload))
	}
}
