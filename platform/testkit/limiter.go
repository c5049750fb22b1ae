package testkit

import (
	"context"

	"github.com/cinecircle/cinecircle/platform/limit"
)

// SwitchedLimiter allows everything until a test sets On, and fails once a test sets Err.
type SwitchedLimiter struct {
	limit.Limiter
	On  bool
	Err error
}

// Take implements [limit.Limiter].
func (l *SwitchedLimiter) Take(ctx context.Context, key string, r limit.Rate, n int) (limit.Quota, error) {
	if l.Err != nil {
		return limit.Quota{}, l.Err
	}
	if !l.On {
		return limit.Quota{}, nil
	}
	return l.Limiter.Take(ctx, key, r, n)
}
