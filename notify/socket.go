package notify

import (
	"sync/atomic"
	"time"

	"github.com/olahol/melody"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// window is how many frames a socket may have at melody that are not written yet. It is melody's
// buffer as well, so melody never has to drop one; more would cost each idle socket 48 bytes a frame.
const window = 8

// When a reader is slow: it took no frame for stallLimit, or it was more than maxBehind frames behind
// all through lagGrace, which keeps a burst from closing the sockets that are just taking it.
const (
	maxBehind  = 256
	lagGrace   = 2 * time.Second
	stallLimit = 10 * time.Second
)

// verdict is why a socket is closed: a code of RFC 6455 §7.4 or of the contract, and a reason.
type verdict struct {
	code   int
	reason string
}

// The verdicts that have one reason.
var (
	tokenExpired = verdict{4001, "Token expired"}
	sessionEnded = verdict{4003, "Session ended"}
	tooSlow      = verdict{4008, "Too slow, come again with since"}
	tooMany      = verdict{4009, "Too many sockets"}
	flood        = verdict{4029, "Too many frames"}
	restart      = verdict{melody.CloseServiceRestart, "Service restart"}
)

// socket is one connection of a member, from before its upgrade to its end.
type socket struct {
	userID, sessionID int64
	expiresAt         time.Time // of the access token

	opened chan<- error // gets nil when melody has it, or why it could not be opened; nil after that
	frames meter        // of the client; used by melody's read goroutine only
	flight atomic.Int64 // frames at melody that are not written yet; only deliver counts up

	// Guarded by hub.mu.
	box     *mailbox
	session *melody.Session // nil until it is open
	verdict *verdict        // set once it is to be closed
	gone    chan struct{}   // closed when melody is done with it; made with the verdict
	sent    int64           // the seq that was handed to melody last; only deliver moves it
	handed  int64           // frames handed to melody
	live    bool            // has had everything there was, once
	loaded  *batch          // has what comes next, for one that lags behind; only deliver sets it

	// Of the sweep, guarded by hub.mu.
	written  int64     // frames written, as of the last sweep
	movedAt  time.Time // when that last changed, or there was nothing to write
	lagSince time.Time // since when it is more than maxBehind behind; zero when it is not
}

func newSocket(v auth.Viewer) *socket {
	return &socket{
		userID: v.UserID, sessionID: v.SessionID, expiresAt: v.ExpiresAt,
	}
}

// answer says how opening it ended. Only the first answer counts; all come from one goroutine.
func (k *socket) answer(err error) {
	if k.opened != nil {
		k.opened <- err
		k.opened = nil // an idle socket keeps nothing that it needs no more
	}
}

// room returns how many frames can be handed to melody now: none, or enough to be worth a query.
// hub.mu is held.
func (k *socket) room() int64 {
	if k.session == nil || k.verdict != nil {
		return 0
	}
	free, owed := window-k.flight.Load(), k.box.want-k.sent
	if owed > free && free < window/2 {
		return 0
	}
	return min(free, owed)
}

// slow reports whether the reader keeps too far behind. It is called by every sweep; hub.mu is held.
func (k *socket) slow(now time.Time) bool {
	flight := k.flight.Load()
	if written := k.handed - flight; flight == 0 || written != k.written {
		k.written, k.movedAt = written, now
	}
	switch behind := k.box.want - k.sent + flight; {
	case !k.live || flight == 0 || behind <= maxBehind:
		k.lagSince = time.Time{}
	case k.lagSince.IsZero():
		k.lagSince = now
	}
	return now.Sub(k.movedAt) >= stallLimit || !k.lagSince.IsZero() && now.Sub(k.lagSince) >= lagGrace
}
