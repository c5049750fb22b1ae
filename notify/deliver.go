package notify

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/olahol/melody"
)

const (
	workers     = 4  // deliveries that run at once
	minTogether = 8  // mailboxes of one delivery, when there are so many
	maxTogether = 64 // mailboxes of one delivery
	ahead       = 64 // notifications that are loaded for a mailbox at once
)

// errand is what a worker is to hand to one socket: n frames after seq from.
type errand struct {
	socket  *socket
	from, n int64
	live    bool
	batch   *batch // where they are
}

// batch is consecutive notifications of a member, made ready to be sent.
type batch struct {
	userID int64
	from   int64 // the seq before the first
	frames [][]byte
}

// has reports whether the notification after seq is in it.
func (b *batch) has(seq int64) bool {
	return b != nil && seq >= b.from && seq < b.from+int64(len(b.frames))
}

// after returns up to n frames after seq.
func (b *batch) after(seq, n int64) [][]byte {
	if !b.has(seq) {
		return nil
	}
	begin := seq - b.from
	return b.frames[begin:min(begin+n, int64(len(b.frames)))]
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
// stand near one another share the frames, and all mailboxes share the queries. What is looked for in
// vain waits for a wake or the sweep.
func (s *Service) deliver(ctx context.Context, boxes []*mailbox) error {
	todo, missing := s.hub.errands(boxes)
	if err := s.load(ctx, missing); err != nil {
		return err
	}
	for _, e := range todo {
		if frames := e.batch.after(e.from, e.n); len(frames) > 0 {
			s.hand(e, frames)
			e.socket.box.progress = true
		}
	}
	return nil
}

// errands lists what the sockets of mailboxes can take, and the batches that have to be loaded for that.
func (h *hub) errands(boxes []*mailbox) (todo []errand, missing []*batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, box := range boxes {
		first := len(todo)
		for _, k := range box.sockets {
			if n := k.room(); n > 0 {
				todo = append(todo, errand{socket: k, from: k.sent, n: n, live: k.live, batch: k.loaded})
			}
		}
		missing = append(missing, assign(todo[first:], box.userID)...)
	}
	return todo, missing
}

// assign gives the errands of a member that have no batch one each, or one together where they are near
// one another, and returns these.
func assign(todo []errand, userID int64) (missing []*batch) {
	slices.SortStableFunc(todo, func(a, b errand) int { return cmp.Compare(a.from, b.from) })
	var last *batch
	for i := range todo {
		e := &todo[i]
		if e.batch.has(e.from) {
			continue
		}
		if last == nil || e.from >= last.from+ahead {
			last = &batch{userID: userID, from: e.from}
			missing = append(missing, last)
		}
		e.batch = last
	}
	return missing
}

// hand gives frames to melody, which has room for them. They are counted before, because melody may
// report one as written before Write has returned.
func (s *Service) hand(e errand, frames [][]byte) {
	n := int64(len(frames))
	session := s.hub.handed(e.socket, n, e.batch, s.Clock())
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

// handed notes that a socket is being given its next n frames of a batch, and returns where to.
func (h *hub) handed(k *socket, n int64, from *batch, now time.Time) *melody.Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	if k.flight.Add(n) == n {
		k.movedAt = now // the sweep may not have been here for long, and a reader who had nothing to read is not slow
	}
	k.handed += n
	k.sent += n
	if k.loaded = from; !from.has(k.sent) {
		k.loaded = nil
	}
	k.box.want = max(k.box.want, k.sent)
	k.live = k.live || k.sent == k.box.want
	return k.session
}
