package live

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	workers       = 4  // deliveries at once
	minRecipients = 8  // of one delivery, when as many are queued
	maxRecipients = 64 // of one delivery
)

// BatchSize is how many frames are loaded for a user at once.
const BatchSize = 64

// maxAge is how long frames that are loaded ahead may be handed over. Then they are loaded again: some may have been hidden
// on another instance, whose message was lost.
const maxAge = time.Second

// Batch is a run of consecutive frames of one user.
type Batch struct {
	UserID int64
	After  int64 // the seq before the first frame
	loaded time.Time
	frames [][]byte // nil in the places of hidden notifications

	// Set by [Hub.Ahead].
	ahead *recipient
	epoch int64
}

// Append adds the frame of the notification with the seq, nil if it is hidden. It returns false and adds nothing if that
// is not the next seq: a missing one is about to become visible, and the frames behind it wait for it.
func (b *Batch) Append(seq int64, frame []byte) bool {
	if seq != b.After+1+int64(len(b.frames)) {
		return false
	}
	b.frames = append(b.frames, frame)
	return true
}

// has reports whether it contains the frame that follows seq.
func (b *Batch) has(seq int64) bool {
	return b != nil && seq >= b.After && seq < b.After+int64(len(b.frames))
}

// following returns up to n frames that follow seq.
func (b *Batch) following(seq, n int64) [][]byte {
	if !b.has(seq) {
		return nil
	}
	first := seq - b.After
	return b.frames[first:min(first+n, int64(len(b.frames)))]
}

// delivery is the next n frames of one socket.
type delivery struct {
	socket   *socket
	after, n int64
	caughtUp bool
	batch    *Batch // contains the frames once it is loaded
	epoch    int64  // of the recipient when the delivery began
}

// work delivers until the hub is stopped.
func (h *Hub) work(ctx context.Context) {
	for rs := h.next(); rs != nil; rs = h.next() {
		h.workOn(ctx, rs)
	}
}

func (h *Hub) workOn(ctx context.Context, rs []*recipient) {
	defer h.done(rs)
	defer h.recovered("deliver")
	if err := h.deliver(ctx, rs); err != nil && ctx.Err() == nil {
		h.config.Log.Warn("delivering notifications failed, the next sweep retries",
			"users", len(rs), "user_id", rs[0].userID, "error", err)
	}
}

// deliver gives every socket of the recipients the frames that it lacks and can take. All recipients share
// the queries, and sockets of a user share the frames where their positions are close.
func (h *Hub) deliver(ctx context.Context, rs []*recipient) error {
	ds, missing := h.deliveries(rs)
	if len(missing) > 0 {
		now := h.config.Clock()
		for _, b := range missing {
			b.loaded = now
		}
		if err := h.config.Source.Load(ctx, missing); err != nil {
			return err
		}
	}
	h.handOut(ds)
	return nil
}

// handOut hands the loaded frames of deliveries to their sockets.
func (h *Hub) handOut(ds []delivery) {
	for _, d := range ds {
		if frames := d.batch.following(d.after, d.n); len(frames) > 0 {
			h.write(d, frames)
			d.socket.recipient.progress = true // also if they were forgotten meanwhile, so that they are loaded again
		}
	}
}

// assign gives the deliveries of a user that have no batch a new one each, or a common one where their
// positions are close, and returns the new ones.
func assign(ds []delivery, userID int64) (missing []*Batch) {
	slices.SortStableFunc(ds, func(a, b delivery) int { return cmp.Compare(a.after, b.after) })
	var last *Batch
	for i := range ds {
		d := &ds[i]
		if d.batch.has(d.after) {
			continue
		}
		if last == nil || d.after >= last.After+BatchSize {
			last = &Batch{UserID: userID, After: d.after}
			missing = append(missing, last)
		}
		d.batch = last
	}
	return missing
}

// write hands frames to melody, which has room for them. They are counted first, because melody may
// report a frame as written before Write returns.
func (h *Hub) write(d delivery, frames [][]byte) {
	places := int64(len(frames))
	if hidden := func(frame []byte) bool { return frame == nil }; slices.ContainsFunc(frames, hidden) {
		frames = slices.DeleteFunc(slices.Clone(frames), hidden) // other sockets share the batch
	}
	n := int64(len(frames))
	session := h.handOver(d, places, n, h.config.Clock())
	if session == nil {
		return
	}
	counter := &h.stats.replayed
	if d.caughtUp {
		counter = &h.stats.pushed
	}
	counter.Add(n) // before the first Write: who has read a frame finds it counted
	for i, frame := range frames {
		if err := session.Write(frame); err != nil {
			counter.Add(int64(i) - n) // closed meanwhile; the client reconnects with since
			return
		}
	}
}
