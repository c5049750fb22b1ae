package notify

import (
	"slices"
	"sync"
)

// hub knows the sockets of this instance by member, and which members are owed a delivery.
// Nothing is written to a socket and nothing is queried while its lock is held.
type hub struct {
	mu      sync.Mutex
	work    sync.Cond // on mu: queue or stopped changed
	users   map[int64]*mailbox
	queue   []*mailbox // owed a delivery, oldest first
	places  int        // taken by sockets, also by those that are being opened or refused
	closing bool       // nobody is let in any more
	stopped bool       // the workers are to end
	unsure  bool       // a mailbox rests although it is owed something, so the next sweep is to look at all
}

// mailbox is the sockets of one member. Its fields are guarded by hub.mu.
type mailbox struct {
	userID  int64
	sockets []*socket // oldest first, with those that are being opened
	want    int64     // the highest seq that is known to exist

	queued bool // it is in the queue
	busy   bool // a worker has it, so no other may: sockets get frames in the order of seq
	again  bool // something changed while it was busy

	progress bool // something was handed over, by the worker that has it
}

func newHub() *hub {
	h := &hub{users: make(map[int64]*mailbox)}
	h.work.L = &h.mu
	return h
}

// add registers a socket that is about to be opened, so that no wake is missed from here on.
func (h *hub) add(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	box := h.users[k.userID]
	if box == nil {
		box = &mailbox{userID: k.userID}
		h.users[k.userID] = box
	}
	k.box = box
	box.sockets = append(box.sockets, k)
}

// place says from where on a socket wants notifications: after since, or after lastSeq, which is
// what existed at some time after add.
func (h *hub) place(k *socket, lastSeq int64, since *int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k.box.want = max(k.box.want, lastSeq)
	k.sent = lastSeq
	if since != nil {
		k.sent = min(*since, lastSeq)
	}
	k.live = k.sent == k.box.want
}

// remove forgets a socket. It may be called for one that was never added.
func (h *hub) remove(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	box := k.box
	if box == nil {
		return
	}
	if k.verdict == nil {
		k.verdict = &verdict{} // nothing is handed to it, and nobody closes it again
	}
	if k.gone != nil {
		close(k.gone)
		k.gone = nil
	}
	box.sockets = slices.DeleteFunc(box.sockets, func(o *socket) bool { return o == k })
	if len(box.sockets) == 0 && h.users[k.userID] == box {
		delete(h.users, k.userID)
	}
}

// wake says that notifications up to seq exist for a member.
func (h *hub) wake(userID, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	box := h.users[userID]
	if box == nil || box.want >= seq {
		return
	}
	box.want = seq
	h.schedule(box)
}

// drained says that a socket has room again.
func (h *hub) drained(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.schedule(k.box)
}

// schedule puts a mailbox into the queue if one of its sockets can be handed something. h.mu is held.
func (h *hub) schedule(box *mailbox) {
	if box.busy {
		box.again = true
		return
	}
	if box.queued || !box.owed() {
		return
	}
	box.queued = true
	h.queue = append(h.queue, box)
	h.work.Signal()
}

func (b *mailbox) owed() bool {
	return slices.ContainsFunc(b.sockets, func(k *socket) bool { return k.room() > 0 })
}

// next waits for mailboxes to deliver to, which done has to give back; none when the workers are to end.
// It is a fair share of all, but not of few, because together they cost a query.
func (h *hub) next() []*mailbox {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.queue) == 0 && !h.stopped {
		h.work.Wait()
	}
	if h.stopped {
		return nil
	}
	n := min(max(len(h.queue)/workers, minTogether), maxTogether, len(h.queue))
	boxes := slices.Clone(h.queue[:n])
	clear(h.queue[:n])
	h.queue = h.queue[n:]
	for _, box := range boxes {
		box.queued, box.busy, box.again, box.progress = false, true, false, false
	}
	return boxes
}

// done gives mailboxes back. One without progress, because the database could not be read or does not
// show everything yet, rests until something changes; the sweep sees to that.
func (h *hub) done(boxes []*mailbox) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, box := range boxes {
		box.busy = false
		if box.progress || box.again {
			h.schedule(box)
		} else if box.owed() {
			h.unsure = true
		}
	}
}

// run lets next wait, and stop ends that.
func (h *hub) run() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = false
}

func (h *hub) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	h.work.Broadcast()
}

// each calls fn for every socket. h.mu is held.
func (h *hub) each(fn func(*socket)) {
	for _, box := range h.users {
		for _, k := range box.sockets {
			fn(k)
		}
	}
}
