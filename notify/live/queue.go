package live

import (
	"slices"
	"time"

	"github.com/olahol/melody"
)

// Wake tells the hub that the notifications of a user up to seq are stored. It does not block.
func (h *Hub) Wake(userID, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.recipients[userID]; r != nil && r.lastSeq < seq {
		r.lastSeq = seq
		h.schedule(r)
	}
}

// Forget makes the hub load anew what it has not handed to the sockets of a user yet, because the source shows some of it
// no longer, or shows it differently. This includes what was made ahead. Frames that were handed to a socket before Forget
// returns may still be on their way.
func (h *Hub) Forget(userID int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.recipients[userID]; r != nil {
		r.forget()
	}
}

// ForgetAll is [Hub.Forget] for all users.
func (h *Hub) ForgetAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.recipients {
		r.forget()
	}
}

// forget is called with Hub.mu held.
func (r *recipient) forget() {
	r.epoch++
	for _, k := range r.sockets {
		k.loaded = nil
	}
}

// raise is Wake for many users, and queues those whose delivery was left unfinished. It returns how many
// users had notifications that no wake-up had announced.
func (h *Hub) raise(heads []Head) (missed int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, head := range heads {
		r := h.recipients[head.UserID]
		if r == nil {
			continue
		}
		if r.lastSeq < head.LastSeq {
			r.lastSeq = head.LastSeq
			missed++
		}
		h.schedule(r)
	}
	return missed
}

// drained queues the recipient of a socket that can take frames again.
func (h *Hub) drained(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.schedule(k.recipient)
}

// schedule queues a recipient if one of its sockets can take frames that exist. mu is held.
func (h *Hub) schedule(r *recipient) {
	if r.busy {
		r.again = true
		return
	}
	if r.queued || !r.deliverable() {
		return
	}
	r.queued = true
	h.queue = append(h.queue, r)
	h.changed.Signal()
}

func (r *recipient) deliverable() bool {
	return slices.ContainsFunc(r.sockets, func(k *socket) bool { return k.room() > 0 })
}

// next waits for queued recipients and takes some of them, which done returns. It returns nil when the
// workers are to stop. Recipients that are taken together share a query, so a worker takes its share of
// the queue but at least a few.
func (h *Hub) next() []*recipient {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.queue) == 0 && !h.stopped {
		h.changed.Wait()
	}
	if h.stopped {
		return nil
	}
	n := min(max(len(h.queue)/workers, minRecipients), maxRecipients, len(h.queue))
	taken := slices.Clone(h.queue[:n])
	clear(h.queue[:n])
	h.queue = h.queue[n:]
	for _, r := range taken {
		r.begin()
	}
	return taken
}

// begin makes the caller the only one who delivers to a recipient, until done. Hub.mu is held.
func (r *recipient) begin() { r.queued, r.busy, r.again, r.progress = false, true, false, false }

// done returns recipients that a worker or Push has delivered to. One without progress, because the source
// failed or does not show all notifications yet, waits for the next change or sweep.
func (h *Hub) done(rs []*recipient) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range rs {
		r.busy = false
		if r.progress || r.again {
			h.schedule(r)
		} else if r.deliverable() {
			h.unfinished = true
		}
	}
}

// takeUnfinished reports whether deliveries were left unfinished since the last call.
func (h *Hub) takeUnfinished() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.unfinished
	h.unfinished = false
	return was
}

// deliveries returns what the sockets of recipients can take, and the batches to load for that.
func (h *Hub) deliveries(rs []*recipient) (ds []delivery, missing []*Batch) {
	now := h.config.Clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range rs {
		first := len(ds)
		for _, k := range r.sockets {
			if k.loaded != nil && now.Sub(k.loaded.loaded) > maxAge {
				k.loaded = nil
			}
			if n := k.room(); n > 0 {
				ds = append(ds, delivery{socket: k, after: k.sentSeq, n: n, caughtUp: k.caughtUp, batch: k.loaded, epoch: r.epoch})
			}
		}
		missing = append(missing, assign(ds[first:], r.userID)...)
	}
	return ds, missing
}

// handOver records that a socket is about to be given the next n places of a batch, in which there are some frames, and
// returns the session to write them to. It returns nil when Forget was called since the delivery began: the frames may be
// hidden by now.
func (h *Hub) handOver(d delivery, n, frames int64, now time.Time) *melody.Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := d.socket
	if d.epoch != k.recipient.epoch {
		return nil
	}
	if k.inFlight.Add(frames) == frames {
		k.movedAt = now // the reader had nothing to read until now, which is not slowness
	}
	k.handed += frames
	k.sentSeq += n
	if k.loaded = d.batch; !d.batch.has(k.sentSeq) {
		k.loaded = nil
	}
	k.recipient.lastSeq = max(k.recipient.lastSeq, k.sentSeq)
	k.caughtUp = k.caughtUp || k.sentSeq == k.recipient.lastSeq
	return k.session
}

// setStopped makes next wait or, when stopped, return nil to all workers.
func (h *Hub) setStopped(stopped bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = stopped
	h.changed.Broadcast()
}
