package media

import (
	"context"
	"time"
)

// Remove is what Run does with a discarded image.
func (l *Library) Remove(ctx context.Context, file Trash) error { return l.remove(ctx, file) }

// SweepDue is what Run does every minute.
func (l *Library) SweepDue(ctx context.Context) error { return l.sweepDue(ctx) }

// SetSweepInterval changes how often Run sweeps.
func SetSweepInterval(l *Library, every time.Duration) { l.sweepEvery = every }

// SetPutTimeout changes how long an upload may wait for the store.
func SetPutTimeout(l *Library, d time.Duration) { l.putTimeout = d }

// The periods that tests advance the clock by.
const (
	ClaimTimeout  = claimTimeout
	RemoveBackoff = removeBackoff
)

// MaxUploads is how many uploads wait for the store at most.
const MaxUploads = maxUploads
