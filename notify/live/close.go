package live

import (
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

const (
	closeWait   = time.Second // to send a close frame, and once more for the answer
	maxLeftover = 1 << 20     // bytes that drain reads
)

// close closes a socket in the background.
func (h *Hub) close(k *socket, reason closeReason) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.markClosing(k, reason)
}

// CloseSessions closes the sockets of sessions of a user in the background; nil means all sockets of the user.
func (h *Hub) CloseSessions(userID int64, sessionIDs []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.recipients[userID]
	if r == nil {
		return
	}
	for _, k := range r.sockets {
		if sessionIDs == nil || slices.Contains(sessionIDs, k.sessionID) {
			h.markClosing(k, sessionEnded)
		}
	}
}

// closeSessions closes the sockets of sessions of any user in the background. ids is sorted.
func (h *Hub) closeSessions(ids []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.each(func(k *socket) {
		if _, found := slices.BinarySearch(ids, k.sessionID); found {
			h.markClosing(k, sessionEnded)
		}
	})
}

// closeAll closes all sockets in the background and refuses new ones from here on.
func (h *Hub) closeAll(reason closeReason) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing = true
	h.each(func(k *socket) { h.markClosing(k, reason) })
}

// markClosing ends delivery to a socket and starts to close it. The first reason counts. mu is held.
func (h *Hub) markClosing(k *socket, reason closeReason) {
	if k.reason != nil {
		return
	}
	k.reason, k.ended = &reason, make(chan struct{})
	if reason == tooSlow {
		h.stats.slow.Add(1)
	}
	if k.session != nil { // otherwise admit starts it
		h.startClosing(k)
	}
}

// startClosing closes the connection of a marked socket in the background. mu is held.
func (h *Hub) startClosing(k *socket) {
	ended, reason := k.ended, *k.reason
	h.open.Go(func() { h.closeConn(k, reason, ended) })
}

// closeConn sends a close frame and closes the connection. The frame bypasses melody's queue, which may be
// full.
func (h *Hub) closeConn(k *socket, reason closeReason, ended <-chan struct{}) {
	defer h.recovered("close")
	conn := k.session.WebsocketConnection()
	defer func() { _ = conn.Close() }() // ends both goroutines of melody, even one that is stuck in a write
	if !sendClose(conn, reason) {
		return
	}
	timeout := time.NewTimer(closeWait)
	defer timeout.Stop()
	select {
	case <-ended: // the peer has answered
	case <-timeout.C:
	}
}

// sendClose sends a close frame and reports whether the connection took it.
func sendClose(conn *websocket.Conn, reason closeReason) bool {
	frame := websocket.FormatCloseMessage(reason.code, reason.text)
	return conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(closeWait)) == nil
}

// maxAnswers is how many frames awaitClose reads: those that the peer sent before it got the close frame.
const maxAnswers = 256

// awaitClose reads until the peer's close frame has come, for wait at most; the connection can be closed then
// (RFC 6455 §7.1.1). Nothing else reads from the connection.
func awaitClose(conn *websocket.Conn, wait time.Duration) {
	conn.SetReadLimit(maxClientFrame)
	if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return
	}
	for range maxAnswers {
		if _, _, err := conn.NextReader(); err == nil {
			continue
		} else if _, closed := errors.AsType[*websocket.CloseError](err); closed || errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		break
	}
	drain(conn, wait)
}

// drain reads and discards until the peer closes, for wait at most. To close a connection with bytes
// unread would reset it, and the peer would lose the close frame (RFC 9293 §3.10.4).
func drain(conn *websocket.Conn, wait time.Duration) {
	raw := rawConn(conn.NetConn())
	if err := raw.SetReadDeadline(time.Now().Add(wait)); err == nil {
		_, _ = io.CopyN(io.Discard, raw, maxLeftover)
	}
}
