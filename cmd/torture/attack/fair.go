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
	fairFor      = 60 * time.Second
	honestPeople = 40                      // each with an address
	honestOneIn  = 2 * time.Second         // between two honest sign-ins
	atOnceEach   = 40                      // requests that an attacker has open
	impatience   = 500 * time.Millisecond  // of an attacker, whatever Retry-After says
	honestP99    = 3000 * time.Millisecond // the goal
)

// floods are five attackers: three with an IPv4 address, one with a /64, and one with a /48.
var floods = []func(r *rand.Rand) string{
	func(*rand.Rand) string { return "10.9.8.1" },
	func(*rand.Rand) string { return "10.9.8.2" },
	func(*rand.Rand) string { return "10.9.8.3" },
	func(r *rand.Rand) string { return fmt.Sprintf("2001:db8:64:1::%x", r.IntN(1<<16)) },
	func(r *rand.Rand) string { return fmt.Sprintf("2001:db8:48:%x::1", r.IntN(1<<16)) },
}

// fair has five attackers sign in and sign up as fast as their limits allow, while members sign in from other addresses.
func (s *target) fair(ctx context.Context) error {
	if _, err := s.signUp(ctx, honestPeople); err != nil {
		return err
	}
	answers, honest := newCounter(), newCounter()
	var took harness.Delays
	err := s.between(ctx, 100*time.Millisecond, 64<<20, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, fairFor)
		defer cancel()
		var crew sync.WaitGroup
		for k, address := range floods {
			for n := range s.scaled(atOnceEach) {
				crew.Go(func() { s.hash(ctx, address, rand.New(rand.NewPCG(s.Seed, uint64(k*1000+n))), answers) })
			}
		}
		took = s.signInSteadily(ctx, honest)
		crew.Wait()
		return nil
	})
	s.want("honest sign-ins: p99", milliseconds(took.Quantile(0.99)), milliseconds(honestP99), "ms")
	s.want("honest sign-ins that were refused", float64(honest.sum()-honest.of("200")), 0, "")
	s.note("honest sign-ins: %s, p50 %.0f ms, longest %.0f ms", honest, milliseconds(took.Quantile(0.5)), milliseconds(took.Quantile(1)))
	s.note("the five: %s", answers)
	return err
}

// hash sends requests that hash a password until ctx ends.
func (s *target) hash(ctx context.Context, address func(*rand.Rand) string, r *rand.Rand, answers *counter) {
	for ctx.Err() == nil {
		name := fmt.Sprintf("nobody %d", r.Int64())
		call := harness.Call{Method: http.MethodPost, From: address(r)}
		switch r.IntN(3) {
		case 0:
			call.Path, call.Body = "/users/login", fmt.Appendf(nil, `{"username": %q, "password": "wrong horse"}`, name)
		case 1:
			call.Path, call.Body = "/users", fmt.Appendf(nil, `{"username": %q, "password": "wrong horse", "age": 30, "gender": "male"}`, name)
		default:
			call.Path, call.Kind = "/signin", "application/x-www-form-urlencoded"
			call.Body = fmt.Appendf(nil, "username=nobody+%d&password=wrong+horse", r.Int64())
		}
		a := s.api.Try(ctx, call)
		if ctx.Err() != nil {
			return // cut off by the end of the attack
		}
		answers.add(call.Path + " " + status(a))
		if a.Status == http.StatusServiceUnavailable || a.Status == http.StatusTooManyRequests {
			pause(ctx, impatience)
		}
	}
}

// signInSteadily signs members in until ctx ends, and returns how long each waited from when it was due.
func (s *target) signInSteadily(ctx context.Context, answers *counter) (took harness.Delays) {
	var mu sync.Mutex
	var all sync.WaitGroup
	api := harness.NewClient(s.api.Base) // separate connections
	due := time.Now()
	for k := 0; ctx.Err() == nil; k++ {
		due = due.Add(honestOneIn)
		pause(ctx, time.Until(due))
		at, who := due, k%honestPeople
		patient := context.WithoutCancel(ctx) // a request in progress is completed
		all.Go(func() {
			body := fmt.Appendf(nil, `{"username": "member %d", "password": %q}`, who, password)
			a := api.Try(patient, harness.Call{Method: http.MethodPost, Path: "/users/login", From: fmt.Sprintf("198.51.%d.%d", 100+who/250, 1+who%250), Body: body})
			mu.Lock()
			defer mu.Unlock()
			answers.add(status(a))
			took = append(took, time.Since(at))
		})
	}
	all.Wait()
	return took
}
