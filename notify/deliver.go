package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/olahol/melody"
)

// errand is what a worker is to hand to one socket: n frames after seq from.
type errand struct {
	socket  *socket
	from, n int64
	live    bool
}

// batch is consecutive notifications, made ready to be sent.
type batch struct {
	from   int64 // the seq before the first
	frames [][]byte
}

// after returns up to n frames after seq.
func (b *batch) after(seq, n int64) [][]byte {
	begin := seq - b.from
	return b.frames[begin:min(begin+n, int64(len(b.frames)))]
}

// holds reports whether asking the database again could not say more about what comes after seq.
func (b *batch) holds(seq int64) bool {
	return b != nil && seq >= b.from && (seq == b.from || seq < b.from+int64(len(b.frames)))
}

// deliver hands every socket of a mailbox what it lacks and has room for, and reports whether it
// handed over anything. Sockets that stand at the same seq share a query and the frames.
func (s *Service) deliver(ctx context.Context, box *mailbox) (progress bool, err error) {
	var loaded *batch
	for _, e := range s.hub.errands(box) {
		if !loaded.holds(e.from) {
			if loaded, err = s.load(ctx, box.userID, e.from); err != nil {
				return progress, err
			}
		}
		frames := loaded.after(e.from, e.n)
		if len(frames) == 0 {
			continue
		}
		s.hand(e, frames)
		progress = true
	}
	return progress, nil
}

// errands lists what the sockets of a mailbox can take, those first that are furthest behind.
func (h *hub) errands(box *mailbox) []errand {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []errand
	for _, k := range box.sockets {
		if n := k.room(); n > 0 {
			all = append(all, errand{socket: k, from: k.sent, n: n, live: k.live})
		}
	}
	slices.SortStableFunc(all, func(a, b errand) int { return cmp.Compare(a.from, b.from) })
	return all
}

// load reads a window of a member's notifications after a seq. It ends before a gap: what is missing
// there is about to become visible, and the order is kept by waiting for it.
func (s *Service) load(ctx context.Context, userID, after int64) (*batch, error) {
	var rows []Notification
	err := s.DB.Reader(ctx).Where("user_id = ? AND seq > ?", userID, after).Order("seq").Limit(window).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("load notifications of user %d after %d: %w", userID, after, err)
	}
	for i, n := range rows {
		if n.Seq != after+1+int64(i) {
			rows = rows[:i]
			break
		}
	}
	actors, err := s.actorsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	b := &batch{from: after, frames: make([][]byte, len(rows))}
	for i, n := range rows {
		if b.frames[i], err = encode(n, actors, s.Zone); err != nil {
			return nil, err
		}
	}
	return b, nil
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

// work delivers until the hub stops.
func (s *Service) work(ctx context.Context) {
	for box := s.hub.next(); box != nil; box = s.hub.next() {
		s.workOn(ctx, box)
	}
}

func (s *Service) workOn(ctx context.Context, box *mailbox) {
	progress := false
	defer func() { s.hub.done(box, progress) }()
	defer s.recovered("deliver")
	var err error
	if progress, err = s.deliver(ctx, box); err != nil && ctx.Err() == nil {
		s.Log.Warn("notifications wait: delivering failed", "user_id", box.userID, "error", err)
	}
}
