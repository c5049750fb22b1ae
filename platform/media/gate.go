package media

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Bounds of decoding. Pixels cost up to 16 bytes each while a progressive JPEG is decoded, so a
// large image takes all slots and is decoded alone.
const (
	decodeSlots  = 2
	largePixels  = 12_000_000
	maxWaiting   = 32 // members, each with one image
	maxOfMember  = 32 // images of one member, the one that is decoded among them
	maxWait      = 10 * time.Second
	busyForAbout = 2 * time.Second
)

// gate lets few images be decoded at once and few wait for it, of each member one: whoever sends ten at once is in the
// way of nobody who sends one.
type gate struct {
	slots   *semaphore.Weighted
	waiting atomic.Int64
	maxWait time.Duration

	mu      sync.Mutex
	members map[int64]*turn // those who have sent something; guarded by mu
}

// turn is whose image of a member is decoded, or waits for a slot.
type turn struct {
	taken chan struct{} // holds one for the image that has it
	sent  int           // images that have it or want it; guarded by gate.mu
}

func newGate() *gate {
	return &gate{slots: semaphore.NewWeighted(decodeSlots), maxWait: maxWait, members: map[int64]*turn{}}
}

var errFull = errors.New("too many wait to have an image decoded")

// enter waits for the turn of an image of a member, 0 for nobody's, first come, first served. It returns how to leave, or
// an error that matches apperr.ErrBusy when too many wait or the wait gets long, or why ctx ended.
func (g *gate) enter(ctx context.Context, member int64, pixels int) (leave func(), err error) {
	bounded, cancel := context.WithTimeout(ctx, g.maxWait)
	defer cancel()
	done, err := g.turnOf(bounded, member)
	if err != nil {
		return nil, refusal(ctx)
	}
	weight := int64(1)
	if pixels > largePixels {
		weight = decodeSlots
	}
	if err := g.slot(bounded, weight); err != nil {
		done()
		return nil, refusal(ctx)
	}
	return func() {
		g.slots.Release(weight)
		done()
	}, nil
}

// refusal is for who gets no turn: because they went away, or because there is too much to do.
func refusal(ctx context.Context) error {
	if ctx.Err() != nil {
		return fmt.Errorf("wait to decode image: %w", context.Cause(ctx))
	}
	return apperr.ErrBusy.After(busyForAbout)
}

func (g *gate) slot(ctx context.Context, weight int64) error {
	if g.slots.TryAcquire(weight) {
		return nil
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > maxWaiting {
		return errFull
	}
	return g.slots.Acquire(ctx, weight)
}

// turnOf waits until no other image of a member is decoded or waits for a slot.
func (g *gate) turnOf(ctx context.Context, member int64) (done func(), err error) {
	if member == 0 {
		return func() {}, nil
	}
	g.mu.Lock()
	t := g.members[member]
	if t == nil {
		t = &turn{taken: make(chan struct{}, 1)}
		g.members[member] = t
	}
	t.sent++
	full := t.sent > maxOfMember
	g.mu.Unlock()
	if full {
		g.forget(member, t)
		return nil, errFull
	}
	select {
	case t.taken <- struct{}{}:
		return func() {
			<-t.taken
			g.forget(member, t)
		}, nil
	case <-ctx.Done():
		g.forget(member, t)
		return nil, ctx.Err()
	}
}

func (g *gate) forget(member int64, t *turn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.sent--; t.sent == 0 {
		delete(g.members, member)
	}
}
