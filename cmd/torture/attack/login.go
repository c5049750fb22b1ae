package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	loginFor    = 15 * time.Second
	honestEvery = time.Second
)

// login guesses passwords from enough addresses not to be throttled, while an honest member signs in.
func (s *target) login(ctx context.Context) error {
	honest, err := s.signUp(ctx, 4)
	if err != nil {
		return err
	}
	answers, served := newCounter(), newCounter()
	var longest time.Duration
	err = s.between(ctx, 100*time.Millisecond, 64<<20, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, loginFor)
		defer cancel()
		var crew sync.WaitGroup
		for k := range s.scaled(200) {
			crew.Go(func() { s.guess(ctx, rand.New(rand.NewPCG(s.Seed, uint64(k))), answers) })
		}
		crew.Go(func() { longest = s.signInHonestly(ctx, honest, served) })
		crew.Wait()
		return nil
	})
	s.note("guesses: %s", answers)
	s.note("honest sign-ins: %s, the longest in %.1f s", served, longest.Seconds())
	return err
}

func (s *target) guess(ctx context.Context, r *rand.Rand, answers *counter) {
	for ctx.Err() == nil {
		a := s.api.Try(ctx, harness.Call{
			Method: http.MethodPost, Path: "/users/login", From: randomAddress(r),
			Body: fmt.Appendf(nil, `{"username": "nobody %d", "password": "wrong horse"}`, r.IntN(1_000_000)),
		})
		if ctx.Err() != nil {
			return // cut off by the end of the attack
		}
		answers.add(status(a))
		if a.Status == http.StatusServiceUnavailable {
			pause(ctx, 50*time.Millisecond) // far earlier than Retry-After says
		}
	}
}

// signInHonestly retries until it succeeds, and returns how long that took.
func (s *target) signInHonestly(ctx context.Context, honest []member, served *counter) (longest time.Duration) {
	for k := 0; ctx.Err() == nil; k++ {
		who := k % len(honest)
		body := fmt.Appendf(nil, `{"username": "member %d", "password": "%s"}`, who, password)
		begin, in := time.Now(), false
		for !in && ctx.Err() == nil {
			a := s.api.Try(ctx, harness.Call{Method: http.MethodPost, Path: "/users/login", From: honest[who].from, Body: body})
			if in = a.Status == http.StatusOK; !in && ctx.Err() == nil {
				served.add(status(a) + " first")
				pause(ctx, 250*time.Millisecond)
			}
		}
		if in {
			served.add("in")
			longest = max(longest, time.Since(begin))
		}
		pause(ctx, honestEvery)
	}
	return longest
}

func randomAddress(r *rand.Rand) string {
	return fmt.Sprintf("10.%d.%d.%d", r.IntN(256), r.IntN(256), 1+r.IntN(254))
}
