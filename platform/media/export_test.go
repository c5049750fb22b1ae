package media

import (
	"context"
	"time"
)

// Remove is what Run does with a file that is to go.
func (l *Library) Remove(ctx context.Context, file Trash) error { return l.remove(ctx, file) }

// SweepDue is what Run does every minute.
func (l *Library) SweepDue(ctx context.Context) error { return l.sweepDue(ctx) }

// SweepEvery makes Run's sweeps come sooner.
func SweepEvery(l *Library, every time.Duration) { l.every = every }

// What tests move the clock by.
const (
	ClaimWithin = claimWithin
	RemoveAgain = removeAgain
)

// MaxPuts is how many uploads wait for the store at most.
const MaxPuts = maxPuts
