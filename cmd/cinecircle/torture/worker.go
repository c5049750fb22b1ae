package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// wish is one thing that somebody wants, and what is so once they have got it.
type wish struct {
	call  rig.Call
	by    *member // who asks, nil for nobody
	cells map[string]string
	tells *deed            // that becomes so, and notifies
	also  []int            // statuses that say that an earlier try, whose answer was lost, did it
	once  bool             // asking again would do it twice
	done  func(rig.Answer) // learns from the answer, nil for nothing
}

// worker does one thing after the other. What it does comes from the seed; only how far it gets does not.
type worker struct {
	home *home
	no   int
	r    *rand.Rand

	served  atomic.Int64 // answers that decided something
	pending *wish
	tries   int
	script  []func() wish // to do before anything else

	actors  []*member
	films   []int64
	reviews []ownReview
	made    int // numbers what has to have a name of its own
}

type ownReview struct {
	id, film int64
	by       *member
}

func newWorker(h *home, no int) *worker {
	return &worker{home: h, no: no, r: rand.New(rand.NewPCG(h.seed, uint64(100+no)))}
}

// run goes on until ctx ends, or until nobody answers any more.
func (w *worker) run(ctx context.Context, gone <-chan struct{}) {
	for ctx.Err() == nil {
		select {
		case <-gone:
			return
		default:
		}
		if w.pending == nil {
			next := w.next()
			w.pending, w.tries = &next, 0
			w.home.ledger.begin(next)
		}
		if !w.try(ctx) {
			select {
			case <-ctx.Done():
			case <-gone:
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
}

// must does one thing on a program that is well.
func (w *worker) must(ctx context.Context, x wish) error {
	w.pending, w.tries = &x, 0
	w.home.ledger.begin(x)
	for range 10 {
		if w.try(ctx) && w.pending == nil {
			return nil
		}
	}
	return fmt.Errorf("%s %s does not succeed", x.call.Method, x.call.Path)
}

// try asks for what is pending once, and reports whether the answer decided it.
func (w *worker) try(ctx context.Context) bool {
	x, ledger := *w.pending, w.home.ledger
	if x.by != nil {
		x.call.Token = x.by.token
	}
	begin := time.Now()
	a := w.home.api.Try(context.WithoutCancel(ctx), x.call)
	w.tries++
	switch {
	case a.Status == http.StatusUnauthorized && w.home.leapt.Load() && x.by != nil && !w.isGone(ctx, x):
		// The token is from a time that has not come yet, now that the clock is right, or wrong.
		w.home.tally.failed(x.call, a)
		return false
	case a.Status >= 200 && a.Status < 300, w.tries > 1 && slices.Contains(x.also, a.Status):
		ledger.settle(x)
		w.home.tally.acknowledged(time.Since(begin))
		w.served.Add(1)
		if x.done != nil {
			x.done(a)
		}
	case a.Status == 0, a.Status >= 500, a.Status == http.StatusTooManyRequests:
		w.home.tally.failed(x.call, a)
		if !x.once {
			return false
		}
	default:
		ledger.refuse(x)
		w.home.tally.refused(x.call, a)
	}
	w.pending = nil
	return true
}

// isGone signs a member in again, and reports whether that is in vain because they have deleted their account.
func (w *worker) isGone(ctx context.Context, x wish) bool {
	status := w.home.signInAgain(ctx, x.by)
	return status == http.StatusUnauthorized && w.tries > 1 && slices.Contains(x.also, status)
}

// next decides what to do.
func (w *worker) next() wish {
	if len(w.script) > 0 {
		first := w.script[0]
		w.script = w.script[1:]
		return first()
	}
	if len(w.actors) < 2 {
		return w.joins()
	}
	actor := w.actors[w.r.IntN(len(w.actors))]
	switch n := w.r.IntN(100); {
	case n < 38:
		return w.like(actor, pick(w.r, w.home.reviews))
	case n < 54:
		return w.follow(actor)
	case n < 62:
		return w.react(actor, pick(w.r, w.home.films))
	case n < 72 || len(w.films) == 0:
		return w.film(actor, fmt.Sprintf("film %d of worker %d", w.number(), w.no))
	case n < 86:
		return w.writes(actor)
	case n < 90 && len(w.reviews) > 0:
		return w.rewrite(pick(w.r, w.reviews))
	case n < 93 && len(w.reviews) > 0:
		return w.withdraw(w.r.IntN(len(w.reviews)))
	case n < 97:
		return w.portrait(actor)
	}
	return w.passesBy()
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (w *worker) number() int {
	w.made++
	return w.made
}

// joins has a member sign up and in, who then acts for this worker.
func (w *worker) joins() wish {
	m := &member{name: fmt.Sprintf("관객 %d-%d", w.no, w.number())}
	w.script = append(w.script,
		func() wish { return w.signIn(m) },
		func() wish {
			w.actors = append(w.actors, m)
			w.home.introduce(*m)
			return w.portrait(m)
		})
	return w.signUp(m)
}

// passesBy has a member sign up, leave something behind, and delete their account.
func (w *worker) passesBy() wish {
	m := &member{name: fmt.Sprintf("passer-by %d-%d", w.no, w.number())}
	film := pick(w.r, w.home.films)
	w.script = append(w.script,
		func() wish { return w.signIn(m) },
		func() wish { return w.portrait(m) },
		func() wish { return w.review(m, film) },
		func() wish { return w.leave(m, film) })
	return w.signUp(m)
}

// writes reviews a film that the actor has not reviewed, or adds one.
func (w *worker) writes(actor *member) wish {
	for range 5 {
		film := pick(w.r, w.films)
		written := func(o ownReview) bool { return o.film == film && o.by.id == actor.id }
		if !slices.ContainsFunc(w.reviews, written) {
			return w.review(actor, film)
		}
	}
	return w.film(actor, fmt.Sprintf("film %d of worker %d", w.number(), w.no))
}
