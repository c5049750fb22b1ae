package live

import (
	"sync/atomic"
	"time"

	"github.com/olahol/melody"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// window is how many frames of a socket may be at melody unwritten. It is also the size of melody's
// buffer, so melody never drops a frame; each one more would cost every idle socket 48 bytes.
const window = 8

// A reader is too slow when it took no frame for stallLimit, or was more than maxBehind frames behind
// throughout lagGrace. The grace keeps a burst from closing the sockets that are just reading it.
const (
	maxBehind  = 256
	lagGrace   = 2 * time.Second
	stallLimit = 10 * time.Second
)

// closeReason is the code of a close frame (RFC 6455 §7.4, 4000 and above by the API) and its text.
type closeReason struct {
	code int
	text string
}

var (
	tokenExpired   = closeReason{4001, "Token expired"}
	sessionEnded   = closeReason{4003, "Session ended"}
	tooSlow        = closeReason{4008, "Too slow, come again with since"}
	tooManySockets = closeReason{4009, "Too many sockets"}
	tooManyFrames  = closeReason{4029, "Too many frames"}
	serviceRestart = closeReason{melody.CloseServiceRestart, "Service restart"}
)

// socket is one connection of a user, from before its upgrade to its end. There may be many thousands
// of them, so a field more costs memory.
type socket struct {
	userID    int64
	sessionID int64     // the credential of the viewer, negative for a personal token
	expiresAt time.Time // of the access token or personal token, zero if it does not expire

	opened   chan<- error // gets the outcome of the upgrade once, then is nil
	frames   meter        // of the client; used by melody's read goroutine only
	inFlight atomic.Int64 // frames at melody that are not written yet; only handOver adds to it

	// Guarded by Hub.mu.
	recipient *recipient
	session   *melody.Session // nil until the upgrade
	reason    *closeReason    // set once it is closing
	ended     chan struct{}   // closed when melody has let go of it; made together with reason
	sentSeq   int64           // of the frame that was handed to melody last
	handed    int64           // frames handed to melody
	caughtUp  bool            // it has had every notification there was, once
	turn      uint8           // when it is pinged
	loaded    *Batch          // contains its next frames, for a reader that lags behind

	// What the last sweep saw; guarded by Hub.mu.
	written  int64     // frames written
	movedAt  time.Time // when written last changed, or nothing was left to write
	lagSince time.Time // since when it is more than maxBehind behind; zero when it is not
}

func newSocket(v auth.Viewer) *socket {
	return &socket{userID: v.UserID, sessionID: v.Credential(), expiresAt: v.ExpiresAt}
}

// setOpened reports the outcome of the upgrade. The first call counts; all are made by one goroutine.
func (k *socket) setOpened(err error) {
	if k.opened != nil {
		k.opened <- err
		k.opened = nil // frees the channel
	}
}

// room returns how many frames can be handed to melody now: 0, or enough to be worth a query. Hub.mu is
// held.
func (k *socket) room() int64 {
	if k.session == nil || k.reason != nil {
		return 0
	}
	free, lacking := window-k.inFlight.Load(), k.recipient.lastSeq-k.sentSeq
	if lacking > free && free < window/2 {
		return 0
	}
	return min(free, lacking)
}

// slow reports whether the reader is too slow. Every sweep calls it with Hub.mu held.
func (k *socket) slow(now time.Time) bool {
	inFlight := k.inFlight.Load()
	if written := k.handed - inFlight; inFlight == 0 || written != k.written {
		k.written, k.movedAt = written, now
	}
	switch behind := k.recipient.lastSeq - k.sentSeq + inFlight; {
	case !k.caughtUp || inFlight == 0 || behind <= maxBehind:
		k.lagSince = time.Time{}
	case k.lagSince.IsZero():
		k.lagSince = now
	}
	return now.Sub(k.movedAt) >= stallLimit || !k.lagSince.IsZero() && now.Sub(k.lagSince) >= lagGrace
}
