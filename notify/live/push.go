package live

// maxPushed is to how many sockets of a user Push hands a frame. The writer of a notification, who waits meanwhile, should
// not have to serve a user with hundreds of them.
const maxPushed = 16

// Ahead returns a batch for one notification that is stored but not committed yet: its frame can be made while the
// transaction runs, and [Hub.Push] hands it over after the commit. It must be called before anything is loaded for the frame.
// It returns nil if the user has no socket here, or too many.
func (h *Hub) Ahead(userID, seq int64) *Batch {
	now := h.config.Clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.recipients[userID]
	if r == nil || len(r.sockets) > maxPushed {
		return nil
	}
	return &Batch{UserID: userID, After: seq - 1, loaded: now, ahead: r, epoch: r.epoch}
}

// Push is [Hub.Wake] for a notification of which the caller has the frame, in a batch of [Hub.Ahead]. It hands the frame to
// those sockets of the user that have all earlier ones, and leaves the others to the workers. It does nothing for nil, and
// does not block.
//
// A frame made ahead may be outdated, and two writers who commit one after the other may call Push in the other order. So
// the frame is used only if the user's notifications were not forgotten since Ahead, and only by sockets that lack exactly
// this one; and a user whom a worker serves or is about to serve is left to that.
func (h *Hub) Push(b *Batch) {
	if b == nil {
		return
	}
	ds := h.claim(b)
	if len(ds) == 0 {
		return
	}
	defer h.done([]*recipient{b.ahead})
	defer h.recovered("push")
	h.handOut(ds)
}

// claim wakes the user of a batch, and makes the caller deliver in place of a worker if it returns deliveries.
func (h *Hub) claim(b *Batch) (ds []delivery) {
	now := h.config.Clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.recipients[b.UserID]
	if r == nil {
		return nil
	}
	r.lastSeq = max(r.lastSeq, b.After+1)
	if r == b.ahead && r.epoch == b.epoch && !r.busy && !r.queued && !h.stopped && now.Sub(b.loaded) <= maxAge {
		ds = appendDeliveries(nil, r, b)
	}
	if len(ds) == 0 {
		h.schedule(r)
		return nil
	}
	r.begin()
	return ds
}

// appendDeliveries appends what a batch has for the sockets of its user. Hub.mu is held.
func appendDeliveries(ds []delivery, r *recipient, b *Batch) []delivery {
	for _, k := range r.sockets {
		if n := k.room(); n > 0 && b.has(k.sentSeq) {
			ds = append(ds, delivery{socket: k, after: k.sentSeq, n: n, caughtUp: k.caughtUp, batch: b, epoch: b.epoch})
		}
	}
	return ds
}
