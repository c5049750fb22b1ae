package notify

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

// The times and sizes of a connection.
const (
	pingPeriod     = 30 * time.Second
	pongWait       = 75 * time.Second
	writeWait      = 15 * time.Second // more than stallLimit, so that a slow reader is told
	handshakeWait  = 5 * time.Second
	maxClientFrame = 4 << 10 // bytes
)

// Buffers of an idle socket. What is read is pongs, which fit; buffers to write from are lent.
const (
	readBuffer  = 128
	writeBuffer = 1024
)

// newMelody sets melody up. Its callbacks run on its goroutines, which do not recover, partly under
// its locks: they recover themselves and call nothing of melody.
func (s *Service) newMelody() *melody.Melody {
	m := melody.New()
	m.Config = &melody.Config{
		WriteWait: writeWait, PongWait: s.pongWait, PingPeriod: s.pingPeriod,
		MaxMessageSize: maxClientFrame, MessageBufferSize: window,
	}
	m.Upgrader = &websocket.Upgrader{
		HandshakeTimeout: handshakeWait,
		ReadBufferSize:   readBuffer, WriteBufferSize: writeBuffer, WriteBufferPool: &sync.Pool{},
		Subprotocols: []string{bearerProtocol},
		CheckOrigin:  func(*http.Request) bool { return true },                // judged before, with the token
		Error:        func(http.ResponseWriter, *http.Request, int, error) {}, // answered by the handler
	}
	m.HandleConnect(s.connected)
	m.HandleSentMessage(s.frameWritten)
	m.HandleMessage(s.frameRead)
	m.HandleMessageBinary(s.frameRead)
	m.HandlePong(func(session *melody.Session) { s.frameRead(session, nil) })
	m.HandleError(s.failed)
	return m
}

func lineOf(session *melody.Session) *line { return session.WebsocketConnection().NetConn().(*line) }

func socketOf(session *melody.Session) *socket { return lineOf(session).socket }

// connected is called after the upgrade, before anything is read or written.
func (s *Service) connected(session *melody.Session) {
	conn, admitted := session.WebsocketConnection(), false
	defer func() {
		if !admitted {
			_ = conn.Close() // better none than one that nothing is delivered to
		}
	}()
	defer s.recovered("connect")
	k := socketOf(session)
	session.Request = nil // keeps headers and contexts alive otherwise
	conn.SetPingHandler(func(data string) error {
		s.frameRead(session, nil)
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeWait)) // best effort, as all control frames
		return nil
	})
	s.admit(k, session)
	admitted = true
	k.answer(nil)
}

// admit makes a socket one that is delivered to, in place of the oldest when there are too many.
func (s *Service) admit(k *socket, session *melody.Session) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	k.session, k.movedAt = session, s.Clock()
	if k.verdict != nil {
		s.startHangUp(k)
	}
	if s.hub.closing {
		s.condemn(k, restart)
	}
	var open []*socket
	for _, o := range k.box.sockets {
		if o.session != nil && o.verdict == nil {
			open = append(open, o)
		}
	}
	for _, o := range open[:max(0, len(open)-s.MaxSocketsPerUser)] {
		s.condemn(o, tooMany)
	}
	s.hub.schedule(k.box)
}

// frameWritten is called on melody's write goroutine after each frame.
func (s *Service) frameWritten(session *melody.Session, _ []byte) {
	defer s.recovered("sent")
	l := lineOf(session)
	n := l.sent()
	if n == 0 {
		return
	}
	if left := l.socket.flight.Add(-n); left <= window/2 && left+n > window/2 {
		s.hub.drained(l.socket)
	}
}

// frameRead is called on melody's read goroutine for each frame of the client, of which none means anything.
func (s *Service) frameRead(session *melody.Session, _ []byte) {
	defer s.recovered("read")
	if k := socketOf(session); !k.frames.allow(s.Clock(), 1, clientFrames, clientFrameBurst) {
		s.close(k, flood)
		return
	}
	// Melody waits for pongs only; whoever says anything else is not silent either.
	_ = session.WebsocketConnection().SetReadDeadline(time.Now().Add(pongWait)) // or the next read fails
}

// failed is called by the goroutine whose reading or writing failed, before it closes the connection.
func (s *Service) failed(session *melody.Session, err error) {
	defer s.recovered("error")
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		// The close frame 1009 is sent, but closing with bytes unread would reset the connection
		// and take it back (RFC 9293 §3.10.4).
		linger(session.WebsocketConnection())
	case errors.Is(err, melody.ErrMessageBufferFull):
		s.Log.Error("melody dropped a frame, which the window should prevent")
		s.close(socketOf(session), tooSlow)
	}
}

// recovered keeps a panic from ending the process.
func (s *Service) recovered(where string) {
	if p := recover(); p != nil {
		s.Log.Error("panic", "where", "notify "+where, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}
