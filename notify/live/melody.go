package live

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

// Times and sizes of a connection.
const (
	writeWait      = 15 * time.Second // longer than stallLimit, so that a slow reader still gets a close frame
	handshakeWait  = 5 * time.Second
	maxClientFrame = 4 << 10 // bytes
	never          = time.Duration(math.MaxInt64)
)

// Buffers of an idle socket. Pongs fit into the one for reading; those for writing are pooled.
const (
	readBuffer  = 128
	writeBuffer = 1024
)

// newMelody configures melody. It calls back on goroutines that do not recover from panics, some of them
// with melody's locks held: callbacks recover and call nothing of melody.
func (h *Hub) newMelody() *melody.Melody {
	m := melody.New()
	m.Config = &melody.Config{
		WriteWait: writeWait, PongWait: h.config.PongWait, PingPeriod: never, // pingEvery does it
		MaxMessageSize: maxClientFrame, MessageBufferSize: window,
	}
	m.Upgrader = &websocket.Upgrader{
		HandshakeTimeout: handshakeWait,
		ReadBufferSize:   readBuffer, WriteBufferSize: writeBuffer, WriteBufferPool: &sync.Pool{},
		Subprotocols: h.config.Subprotocols,
		CheckOrigin:  func(*http.Request) bool { return true },                // the caller checks it with the token
		Error:        func(http.ResponseWriter, *http.Request, int, error) {}, // the caller writes the response
	}
	m.HandleConnect(h.connected)
	m.HandleSentMessage(h.frameWritten)
	m.HandleMessage(h.frameRead)
	m.HandleMessageBinary(h.frameRead)
	m.HandlePong(func(session *melody.Session) { h.frameRead(session, nil) })
	m.HandleError(h.failed)
	return m
}

func connOf(session *melody.Session) *bufferedConn {
	return session.WebsocketConnection().NetConn().(*bufferedConn)
}

// connected is called after the upgrade, before anything is read or written.
func (h *Hub) connected(session *melody.Session) {
	conn, admitted := session.WebsocketConnection(), false
	defer func() {
		if !admitted {
			_ = conn.Close() // otherwise it would stay open without delivery
		}
	}()
	defer h.recovered("connect")
	k := connOf(session).socket
	session.Request = nil // frees the headers and contexts of the request
	conn.SetPingHandler(func(data string) error {
		h.frameRead(session, nil)
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeWait)) // best effort
		return nil
	})
	h.admit(k, session)
	admitted = true
	k.setOpened(nil)
}

// frameWritten is called on melody's write goroutine after each frame.
func (h *Hub) frameWritten(session *melody.Session, _ []byte) {
	defer h.recovered("write")
	c := connOf(session)
	n := c.sent()
	if n == 0 {
		return
	}
	if left := c.socket.inFlight.Add(-n); left <= window/2 && left+n > window/2 {
		h.drained(c.socket)
	}
}

// frameRead is called on melody's read goroutine for each frame of the client. It ignores the content.
func (h *Hub) frameRead(session *melody.Session, _ []byte) {
	defer h.recovered("read")
	if k := connOf(session).socket; !k.frames.allow(h.config.Clock(), 1, clientFrames, clientFrameBurst) {
		h.close(k, tooManyFrames)
		return
	}
	// Melody extends the deadline for pongs only, but any frame shows that the peer is alive. If this fails,
	// the next read fails as well.
	_ = session.WebsocketConnection().SetReadDeadline(time.Now().Add(h.config.PongWait))
}

// failed is called by the goroutine that failed to read or write, before it closes the connection.
func (h *Hub) failed(session *melody.Session, err error) {
	defer h.recovered("error")
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		drain(session.WebsocketConnection(), closeWait) // the library has sent the close frame 1009
	case errors.Is(err, melody.ErrMessageBufferFull):
		h.config.Log.Error("melody dropped a frame, which the window should prevent")
		h.close(connOf(session).socket, tooSlow)
	}
}

// recovered keeps a panic from ending the process. It is deferred.
func (h *Hub) recovered(where string) { h.report(where, recover()) }

// report logs what recover returned.
func (h *Hub) report(where string, p any) {
	if p != nil {
		h.config.Log.Error("panic", "where", "notify "+where, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}
