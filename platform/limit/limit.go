// Package limit says how often something may happen: so many requests per address, so many logins
// per account, so many toggles of one button.
//
// It knows no domain and no HTTP. A [Limiter] counts events per key; [Memory] does so in this
// process, [Redis] for all instances together with a Memory to fall back on, and [Off] never
// refuses. [Throttle] is what stands before a login. A refusal is not an error: it is a duration
// to come again after, which the caller turns into whatever its users understand.
package limit

import (
	"context"
	"time"
)

// Limiter counts events per key. It is safe for concurrent use.
//
// A key belongs to one Rate: two limits on the same thing need two keys ("write:7", "upload:7").
type Limiter interface {
	// Allow takes one event of key. It returns 0 when the event may happen, and else how long it
	// takes until one may. A refused event costs nothing. Under the zero Rate everything may.
	Allow(ctx context.Context, key string, r Rate) (retryAfter time.Duration, err error)

	// Reset forgets the events of key, so that its whole burst is there again. It is best effort:
	// what could not be forgotten runs out by itself.
	Reset(ctx context.Context, key string)
}

// Off allows everything and remembers nothing.
type Off struct{}

// Allow returns 0.
func (Off) Allow(context.Context, string, Rate) (time.Duration, error) { return 0, nil }

// Reset does nothing.
func (Off) Reset(context.Context, string) {}
