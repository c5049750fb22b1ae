package live

import (
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Hub holds the sockets of this process by recipient, and the queue of recipients that wait for delivery.
type Hub struct {
	config  Config
	melody  *melody.Melody
	buffers sync.Pool // of *[]byte, lent to connections that hold frames
	stats   counters
	open    sync.WaitGroup // goroutines that serve or close a socket; Add is called under mu, and not after closeAll

	// mu guards the fields below and those of recipients and sockets. Only hub.go,
	// queue.go and close.go lock it. Nothing is queried and nothing is written to a socket while it is held.
	mu         sync.Mutex
	recipients map[int64]*recipient // those that have a socket here
	slots      int                  // taken, also by sockets that are being opened or refused
	turn       uint8                // of the socket that was admitted last
	closing    bool                 // new sockets are refused
	queue      []*recipient         // waiting for a worker, oldest first
	changed    sync.Cond            // on mu: queue or stopped changed
	stopped    bool                 // the workers return
	unfinished bool                 // a delivery was left for the sweep, so the next one checks every recipient
}

// recipient is a user with sockets here. Hub.mu guards its fields, except progress.
type recipient struct {
	userID  int64
	sockets []*socket // oldest first, also those that are being opened
	lastSeq int64     // the highest seq known to exist
	epoch   int64     // the number of calls of Forget

	queued bool // it is in the queue
	busy   bool // a worker or Push delivers to it; only one may, or frames would get out of order
	again  bool // something changed while it was busy

	progress bool // who delivers to it has handed over frames
}

// reserve takes a slot, which release returns. It fails with apperr.ErrUnavailable during shutdown and
// with apperr.ErrBusy when all slots are taken.
func (h *Hub) reserve() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return apperr.ErrUnavailable.After(time.Second)
	}
	if h.slots >= h.config.MaxSockets {
		return apperr.ErrBusy.After(10 * time.Second)
	}
	h.slots++
	h.open.Add(1)
	return nil
}

func (h *Hub) release() {
	h.mu.Lock()
	h.slots--
	h.mu.Unlock()
	h.open.Done()
}

// add registers a socket before it is opened: from here on it misses no wake-up.
func (h *Hub) add(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.recipients[k.userID]
	if r == nil {
		r = &recipient{userID: k.userID}
		h.recipients[k.userID] = r
	}
	k.recipient = r
	r.sockets = append(r.sockets, k)
}

// setStart sets the seq after which a socket gets frames: since, or lastSeq, which the source returned
// after add.
func (h *Hub) setStart(k *socket, lastSeq int64, since *int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k.recipient.lastSeq = max(k.recipient.lastSeq, lastSeq)
	k.sentSeq = lastSeq
	if since != nil {
		k.sentSeq = min(*since, lastSeq)
	}
	k.caughtUp = k.sentSeq == k.recipient.lastSeq
}

// admit starts delivery to a socket that has been upgraded, and closes the oldest sockets of the user
// beyond the limit.
func (h *Hub) admit(k *socket, session *melody.Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k.session, k.movedAt = session, h.config.Clock()
	h.turn = (h.turn + 1) % pingTurns
	k.turn = h.turn
	if k.reason != nil {
		h.startClosing(k)
	}
	if h.closing {
		h.markClosing(k, serviceRestart)
	}
	var open []*socket
	for _, o := range k.recipient.sockets {
		if o.session != nil && o.reason == nil {
			open = append(open, o)
		}
	}
	for _, o := range open[:max(0, len(open)-h.config.MaxSocketsPerUser)] {
		h.markClosing(o, tooManySockets)
	}
	h.schedule(k.recipient)
}

// remove unregisters a socket. It may be called for one that was never added.
func (h *Hub) remove(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := k.recipient
	if r == nil {
		return
	}
	if k.reason == nil {
		k.reason = &closeReason{} // ends delivery to it, and markClosing does nothing
	}
	if k.ended != nil {
		close(k.ended)
		k.ended = nil
	}
	r.sockets = slices.DeleteFunc(r.sockets, func(o *socket) bool { return o == k })
	if len(r.sockets) == 0 && h.recipients[k.userID] == r {
		delete(h.recipients, k.userID)
	}
}

// inspect closes the sockets whose token has expired or whose reader is too slow, and appends the users
// and sessions that have a socket.
func (h *Hub) inspect(now time.Time, users, sessions []int64) (_, _ []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for userID, r := range h.recipients {
		users = append(users, userID)
		for _, k := range r.sockets {
			sessions = append(sessions, k.sessionID)
			if !k.expiresAt.IsZero() && !now.Before(k.expiresAt) {
				h.markClosing(k, tokenExpired)
			}
			if k.session != nil && k.slow(now) {
				h.markClosing(k, tooSlow)
			}
		}
	}
	return users, sessions
}

// connections returns the connections of all open sockets.
func (h *Hub) connections() []*websocket.Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []*websocket.Conn
	h.each(func(k *socket) {
		if k.session != nil {
			all = append(all, k.session.WebsocketConnection())
		}
	})
	return all
}

// count returns how many slots are taken and how many users have a socket.
func (h *Hub) count() (sockets, users int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.slots, len(h.recipients)
}

// each calls fn for every socket. mu is held.
func (h *Hub) each(fn func(*socket)) {
	for _, r := range h.recipients {
		for _, k := range r.sockets {
			fn(k)
		}
	}
}
