package media

import (
	"context"
	"fmt"
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
	maxWaiting   = 32
	maxWait      = 10 * time.Second
	busyForAbout = 2 * time.Second
)

// gate lets few images be decoded at once and few wait for it.
type gate struct {
	slots   *semaphore.Weighted
	waiting atomic.Int64
	maxWait time.Duration
}

func newGate() *gate {
	return &gate{slots: semaphore.NewWeighted(decodeSlots), maxWait: maxWait}
}

// enter waits for its turn, first come, first served. It returns how to leave, or an error that
// matches apperr.ErrBusy when too many wait or the wait gets long, or why ctx ended.
func (g *gate) enter(ctx context.Context, pixels int) (leave func(), err error) {
	weight := int64(1)
	if pixels > largePixels {
		weight = decodeSlots
	}
	if !g.slots.TryAcquire(weight) {
		if err := g.wait(ctx, weight); err != nil {
			return nil, err
		}
	}
	return func() { g.slots.Release(weight) }, nil
}

func (g *gate) wait(ctx context.Context, weight int64) error {
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > maxWaiting {
		return apperr.ErrBusy.After(busyForAbout)
	}
	bounded, cancel := context.WithTimeout(ctx, g.maxWait)
	defer cancel()
	if g.slots.Acquire(bounded, weight) == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("wait to decode image: %w", context.Cause(ctx))
	}
	return apperr.ErrBusy.After(busyForAbout)
}
