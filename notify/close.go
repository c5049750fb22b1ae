package notify

import (
	"io"
	"time"

	"github.com/gorilla/websocket"
)

const (
	closeWait   = time.Second // for a close frame to be taken, and once more for it to be answered
	maxLeftover = 1 << 20     // bytes read after the last frame that counts
)

// close ends a socket with a close frame, if it takes one. It does not wait.
func (s *Service) close(k *socket, v verdict) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.condemn(k, v)
}

// condemn is close with hub.mu held. The first verdict counts.
func (s *Service) condemn(k *socket, v verdict) {
	if k.verdict != nil {
		return
	}
	k.verdict, k.gone = &v, make(chan struct{})
	if v == tooSlow {
		s.stats.slow.Add(1)
	}
	if k.session != nil { // otherwise admit does it
		s.startHangUp(k)
	}
}

// startHangUp has a socket with a verdict hung up. hub.mu is held.
func (s *Service) startHangUp(k *socket) {
	gone, v := k.gone, *k.verdict
	s.open.Go(func() { s.hangUp(k, v, gone) })
}

// hangUp says goodbye and closes the connection. It never goes through melody's queue, which may be full.
func (s *Service) hangUp(k *socket, v verdict, gone <-chan struct{}) {
	defer s.recovered("close")
	conn := k.session.WebsocketConnection()
	defer func() { _ = conn.Close() }() // ends both goroutines of melody, also one that is stuck in a write
	goodbye(conn, v, func() {
		patience := time.NewTimer(closeWait)
		defer patience.Stop()
		select {
		case <-gone:
		case <-patience.C:
		}
	})
}

// goodbye sends a close frame and, if it was taken, waits for the answer.
func goodbye(conn *websocket.Conn, v verdict, answered func()) {
	frame := websocket.FormatCloseMessage(v.code, v.reason)
	if err := conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(closeWait)); err == nil {
		answered()
	}
}

// linger reads until the peer closes, for a moment at most.
func linger(conn *websocket.Conn) {
	raw := unmetered(conn.NetConn())
	if err := raw.SetReadDeadline(time.Now().Add(closeWait)); err == nil {
		_, _ = io.CopyN(io.Discard, raw, maxLeftover) // whatever it is, nobody wants it
	}
}
