package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// Slot is a permit for one socket, from before its upgrade to its end. Either [Slot.Refuse] or [Slot.Join]
// and [Slot.Upgrade] turn it into a socket, which then owns it.
type Slot struct {
	hub    *Hub // nil once the socket owns the slot
	socket *socket
}

// Reserve takes a slot. It fails with apperr.ErrUnavailable during shutdown and with apperr.ErrBusy when
// all slots are taken. The caller must call Release.
func (h *Hub) Reserve() (*Slot, error) {
	if err := h.reserve(); err != nil {
		return nil, err
	}
	return &Slot{hub: h}, nil
}

// Release returns the slot unless a socket owns it.
func (s *Slot) Release() {
	if s.hub == nil {
		return
	}
	if s.socket != nil {
		s.hub.remove(s.socket)
	}
	s.hub.release()
}

// Close is what a close frame says: a code of RFC 6455 §7.4 or of the API, and a reason for people.
type Close struct {
	Code   int
	Reason string
}

// Refuse upgrades the request and closes the socket in the background, because browsers do not show scripts why a
// handshake failed. When it fails, the response is not written yet.
func (s *Slot) Refuse(w http.ResponseWriter, r *http.Request, why Close) error {
	conn, err := s.hub.melody.Upgrader.Upgrade(w, r, w.Header())
	if err != nil {
		return fmt.Errorf("open a socket to refuse it: %w", err)
	}
	h := s.hub
	s.hub = nil
	go func() {
		defer h.release()
		defer h.recovered("refuse")
		defer func() { _ = conn.Close() }()
		if sendClose(conn, closeReason{why.Code, why.Reason}) {
			awaitClose(conn, closeWait)
		}
	}()
	return nil
}

// Join registers a socket of the viewer, which starts after since, or after the newest notification if
// since is nil. It registers before it asks the source: a notification that is stored later wakes the
// socket, and one that is stored earlier is in the answer.
func (s *Slot) Join(ctx context.Context, viewer auth.Viewer, since *int64) error {
	s.socket = newSocket(viewer)
	s.hub.add(s.socket)
	lastSeq, err := s.hub.config.Source.LastSeq(ctx, viewer.UserID)
	if err != nil {
		return err
	}
	s.hub.setStart(s.socket, lastSeq, since)
	return nil
}

// Upgrade opens the socket that has joined, and returns once frames are delivered to it. The socket has
// goroutines of its own: it outlives the request and its context.
func (s *Slot) Upgrade(w http.ResponseWriter, r *http.Request) error {
	opened := make(chan error, 1)
	s.socket.opened = opened
	h := s.hub
	s.hub = nil
	go h.serve(&hijacker{w, h, s.socket}, r)
	if err := <-opened; err != nil {
		return fmt.Errorf("open a socket: %w", err)
	}
	return nil
}

// serve upgrades and reads until the socket has ended. It uses w and r before setOpened only. Its frame and those below it
// stay on the stack of an idle socket, so it has one deferred call and hands over a pointer.
func (h *Hub) serve(w *hijacker, r *http.Request) {
	k := w.socket
	defer h.ended(k)
	if err := h.melody.HandleRequest(w, r); err != nil { // w is not used below, so that an idle socket does not hold it
		k.setOpened(err)
	}
}

// ended is deferred by serve.
func (h *Hub) ended(k *socket) {
	h.report("serve", recover())
	k.setOpened(errNotOpened) // without effect if it was opened
	h.remove(k)
	h.release()
}

var errNotOpened = errors.New("the socket was not opened")
