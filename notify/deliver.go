package notify

import (
	"cmp"
	"context"
	"slices"

	"github.com/olahol/melody"
)

const (
	workers     = 4  // deliveries that run at once
	maxTogether = 64 // mailboxes of one delivery
	ahead       = 64 // notifications that are loaded for a mailbox at once
)

// errand is what a worker is to hand to one socket: n frames after seq from.
type errand struct {
	socket  *socket
	box     *mailbox
	from, n int64
	live    bool
}

// batch is consecutive notifications of a member, made ready to be sent.
type batch struct {
	from   int64 // the seq before the first
	frames [][]byte
}

// after returns up to n frames after seq.
func (b *batch) after(seq, n int64) [][]byte {
	begin := seq - b.from
	return b.frames[begin:min(begin+n, int64(len(b.frames)))]
}

// has reports whether the notification after seq is in it.
func (b *batch) has(seq int64) bool {
	return b != nil && seq >= b.from && seq < b.from+int64(len(b.frames))
}

// work delivers until the hub stops.
func (s *Service) work(ctx context.Context) {
	for boxes := s.hub.next(); boxes != nil; boxes = s.hub.next() {
		s.workOn(ctx, boxes)
	}
}

func (s *Service) workOn(ctx context.Context, boxes []*mailbox) {
	defer s.hub.done(boxes)
	defer s.recovered("deliver")
	if err := s.deliver(ctx, boxes); err != nil && ctx.Err() == nil {
		s.Log.Warn("notifications wait: delivering failed", "users", len(boxes), "user_id", boxes[0].userID, "error", err)
	}
}

// deliver hands every socket of some mailboxes what it lacks and has room for. Sockets of a member that
// stand at the same seq share the frames, and all mailboxes share the queries.
func (s *Service) deliver(ctx context.Context, boxes []*mailbox) error {
	defer s.hub.forget(boxes)
	todo := s.hub.errands(boxes)
	for len(todo) > 0 {
		if err := s.load(ctx, lacking(todo)); err != nil {
			return err
		}
		todo = s.handOver(todo)
	}
	return nil
}

// handOver does the errands for which the frames are loaded, and returns those for which they have to be
// loaded yet. What was looked for in vain waits for a wake or the sweep.
func (s *Service) handOver(todo []errand) (rest []errand) {
	for _, e := range todo {
		switch loaded := e.box.loaded; {
		case loaded.has(e.from):
			s.hand(e, loaded.after(e.from, e.n))
			e.box.progress = true
		case loaded.from != e.from:
			rest = append(rest, e)
		}
	}
	return rest
}

// errands lists what the sockets of mailboxes can take, one mailbox after the other, and of each those
// first that are furthest behind.
func (h *hub) errands(boxes []*mailbox) []errand {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []errand
	for _, box := range boxes {
		first := len(all)
		for _, k := range box.sockets {
			if n := k.room(); n > 0 {
				all = append(all, errand{socket: k, box: box, from: k.sent, n: n, live: k.live})
			}
		}
		slices.SortStableFunc(all[first:], func(a, b errand) int { return cmp.Compare(a.from, b.from) })
	}
	return all
}

// lacking returns the first errand of every mailbox whose notifications are not loaded.
func lacking(todo []errand) []errand {
	var all []errand
	var last *mailbox
	for _, e := range todo {
		if e.box != last && !e.box.loaded.has(e.from) {
			all = append(all, e)
		}
		last = e.box
	}
	return all
}

// forget drops what was loaded for mailboxes of which no socket lags behind it.
func (h *hub) forget(boxes []*mailbox) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, box := range boxes {
		lags := func(k *socket) bool { return k.session != nil && k.verdict == nil && box.loaded.has(k.sent) }
		if !slices.ContainsFunc(box.sockets, lags) {
			box.loaded = nil
		}
	}
}

// hand gives frames to melody, which has room for them. They are counted before, because melody may
// report one as written before Write has returned.
func (s *Service) hand(e errand, frames [][]byte) {
	n := int64(len(frames))
	session := s.hub.handed(e.socket, n)
	for _, frame := range frames {
		if err := session.Write(frame); err != nil {
			return // closed meanwhile; the client comes again with since
		}
	}
	if e.live {
		s.stats.pushed.Add(n)
	} else {
		s.stats.replayed.Add(n)
	}
}

// handed notes that a socket is being given its next n frames, and returns where to.
func (h *hub) handed(k *socket, n int64) *melody.Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	k.flight.Add(n)
	k.handed += n
	k.sent += n
	k.box.want = max(k.box.want, k.sent)
	k.live = k.live || k.sent == k.box.want
	return k.session
}
