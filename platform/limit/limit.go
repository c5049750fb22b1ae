// Package limit limits the rate of events: of requests per address, of logins per account, of toggles per button.
//
// It knows neither a domain nor HTTP. A [Limiter] counts events per key: [Memory] in this
// process, [Redis] for all instances together, with a Memory as its fallback, and [Off] allows
// everything. [Throttle] limits logins. A refusal is not an error but the duration to wait.
package limit

import (
	"context"
	"time"
)

// Limiter counts events per key. It is safe for concurrent use.
//
// A key has one Rate: two limits of the same user need two keys ("write:7", "upload:7").
type Limiter interface {
	// Take counts n events of key, all of them or none. A negative n gives events back that were taken and should
	// not count; of those that are refilled already it may keep one. The zero Rate allows everything.
	Take(ctx context.Context, key string, r Rate, n int) (Quota, error)

	// Reset forgets the events of key, so that its whole burst is available. If that fails, they expire as usual.
	Reset(ctx context.Context, key string)
}

// Quota is what is left of a rate.
type Quota struct {
	RetryAfter time.Duration // 0 if the events were allowed, otherwise how long to wait for as many
	Remaining  int           // events that are allowed now
	Next       time.Duration // until one more is allowed, 0 if none are missing
}

// Allow counts one event of key. It returns 0 if the event is allowed, otherwise how long to wait for the next one.
func Allow(ctx context.Context, l Limiter, key string, r Rate) (retryAfter time.Duration, err error) {
	q, err := l.Take(ctx, key, r, 1)
	return q.RetryAfter, err
}

// Off allows everything.
type Off struct{}

// Take allows the events.
func (Off) Take(context.Context, string, Rate, int) (Quota, error) { return Quota{}, nil }

// Reset does nothing.
func (Off) Reset(context.Context, string) {}
