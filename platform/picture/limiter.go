package picture

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

// Bounds of decoding. A progressive JPEG costs up to 16 bytes for each pixel while it is decoded, so a large image takes
// all slots and is decoded alone.
const (
	decodeSlots  = 2
	largePixels  = 12_000_000
	maxWaiting   = 32 // members who wait for a slot, each with one image
	maxPerMember = 32 // images of one member, including the one that is being decoded
	maxWait      = 10 * time.Second
	busyForAbout = 2 * time.Second
)

// decodeLimiter is a weighted semaphore with a bounded queue in which each member has one place: a member who sends ten
// images at once does not delay one who sends a single image.
type decodeLimiter struct {
	slots   *semaphore.Weighted
	waiting atomic.Int64
	maxWait time.Duration

	mu      sync.Mutex
	members map[int64]*memberQueue // members with images in work; guarded by mu
}

// memberQueue serialises the images of one member.
type memberQueue struct {
	turn   chan struct{} // holds one element while an image of the member is decoded or waits for a slot
	images int           // images that have the turn or wait for it; guarded by decodeLimiter.mu
}

func newDecodeLimiter() *decodeLimiter {
	return &decodeLimiter{
		slots: semaphore.NewWeighted(decodeSlots), maxWait: maxWait, members: map[int64]*memberQueue{},
	}
}

var errQueueFull = errors.New("too many images wait to be decoded")

// acquire waits until an image of a member (0 for nobody) may be decoded, first come, first served. It returns how to
// release what it took, an error that matches apperr.ErrBusy when the queue is full or the wait is too long, or the cause
// of the end of ctx.
func (l *decodeLimiter) acquire(ctx context.Context, member int64, pixels int) (release func(), err error) {
	bounded, cancel := context.WithTimeout(ctx, l.maxWait)
	defer cancel()
	endTurn, err := l.awaitTurn(bounded, member)
	if err != nil {
		return nil, refusal(ctx)
	}
	weight := int64(1)
	if pixels > largePixels {
		weight = decodeSlots
	}
	if err := l.acquireSlots(bounded, weight); err != nil {
		endTurn()
		return nil, refusal(ctx)
	}
	return func() {
		l.slots.Release(weight)
		endTurn()
	}, nil
}

// refusal returns why an image is not decoded: the client went away, or the server is busy.
func refusal(ctx context.Context) error {
	if ctx.Err() != nil {
		return fmt.Errorf("wait to decode image: %w", context.Cause(ctx))
	}
	return apperr.ErrBusy.After(busyForAbout)
}

func (l *decodeLimiter) acquireSlots(ctx context.Context, weight int64) error {
	if l.slots.TryAcquire(weight) {
		return nil
	}
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > maxWaiting {
		return errQueueFull
	}
	return l.slots.Acquire(ctx, weight)
}

// awaitTurn waits until no other image of the member is decoded or waits for a slot.
func (l *decodeLimiter) awaitTurn(ctx context.Context, member int64) (end func(), err error) {
	if member == 0 {
		return func() {}, nil
	}
	q, ok := l.enqueue(member)
	if !ok {
		l.dequeue(member, q)
		return nil, errQueueFull
	}
	select {
	case q.turn <- struct{}{}:
		return func() {
			<-q.turn
			l.dequeue(member, q)
		}, nil
	case <-ctx.Done():
		l.dequeue(member, q)
		return nil, ctx.Err()
	}
}

// enqueue counts one more image of the member; ok is false when there are too many.
func (l *decodeLimiter) enqueue(member int64) (q *memberQueue, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q = l.members[member]
	if q == nil {
		q = &memberQueue{turn: make(chan struct{}, 1)}
		l.members[member] = q
	}
	q.images++
	return q, q.images <= maxPerMember
}

func (l *decodeLimiter) dequeue(member int64, q *memberQueue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q.images--; q.images == 0 {
		delete(l.members, member)
	}
}
