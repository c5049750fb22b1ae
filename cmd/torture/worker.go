package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// request is a request of a worker, with the state that holds once it is acknowledged.
type request struct {
	call     harness.Call
	by       *member // the member, nil for a visitor
	cells    map[string]string
	notifies *action              // the action that notifies, nil for none
	logs     *action              // the action that is logged, nil for none
	also     []int                // statuses that mean that an earlier attempt, whose answer was lost, succeeded
	once     bool                 // not idempotent
	reads    bool                 // changes nothing
	leaves   bool                 // deletes the account
	done     func(harness.Answer) // reads the answer, may be nil
}

// worker sends one request after the other. The seed determines the requests, but not how many are sent.
type worker struct {
	home *instance
	no   int
	r    *rand.Rand

	served  atomic.Int64 // decisive answers
	pending *request
	tries   int
	script  []func() request // to do before anything else
	waiting []func() request // to do between other requests

	actors    []*member
	films     []int64
	titles    map[int64]string // of films
	importing bool             // a member of this worker has an import that is not finished
	reviews   []ownReview
	comments  []ownComment
	moderator *member // as whom this worker moderates
	reported  []ownReview
	restored  []ownReview // that were hidden, and are not touched any more
	made      int         // numbers unique names
}

type ownReview struct {
	id, film int64
	by       *member
}

type ownComment struct {
	id, review int64
	by         *member
	content    string
}

func newWorker(h *instance, no int) *worker {
	return &worker{home: h, no: no, titles: map[int64]string{}, r: rand.New(rand.NewPCG(h.seed, uint64(100+no)))}
}

// run continues until ctx ends, or until the program stops answering.
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

// must sends a request to a healthy program.
func (w *worker) must(ctx context.Context, x request) error {
	w.pending, w.tries = &x, 0
	w.home.ledger.begin(x)
	for range 10 {
		if w.try(ctx) && w.pending == nil {
			return nil
		}
	}
	return fmt.Errorf("%s %s does not succeed", x.call.Method, x.call.Path)
}

// try sends the pending request once, and reports whether the answer was decisive.
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
		// After the clock was set, the token seems to have been issued in the future.
		w.home.tally.failed(x.call, a)
		return false
	case a.Status >= 200 && a.Status < 300, w.tries > 1 && slices.Contains(x.also, a.Status):
		ledger.settle(x)
		if !x.reads {
			w.home.tally.acknowledged(time.Since(begin))
		}
		w.served.Add(1)
		if x.done != nil {
			x.done(a)
		}
	case x.once && a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") != "":
		ledger.refuse(x) // the response says that nothing was changed
		w.home.tally.failed(x.call, a)
	case a.Status == 0, a.Status >= 500, a.Status == http.StatusTooManyRequests, x.call.Key != "" && inUse(a):
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

// inUse reports whether an earlier attempt with the same Idempotency-Key has not ended.
func inUse(a harness.Answer) bool {
	return a.Status == http.StatusConflict && bytes.Contains(a.Body, []byte(`"idempotency_key_in_use"`))
}

// events are the actions of a request that are told or logged.
func (x request) events() (all []action) {
	for _, a := range []*action{x.notifies, x.logs} {
		if a != nil {
			all = append(all, *a)
		}
	}
	return all
}

// isGone signs a member in again, and reports whether that fails because the account was deleted.
func (w *worker) isGone(ctx context.Context, x request) bool {
	status := w.home.signInAgain(ctx, x.by)
	return status == http.StatusUnauthorized && w.tries > 1 && slices.Contains(x.also, status)
}

// next returns the next request.
func (w *worker) next() request {
	if len(w.script) > 0 {
		first := w.script[0]
		w.script = w.script[1:]
		return first()
	}
	if next, ok := w.takeWaiting(); ok {
		return next
	}
	if len(w.actors) < 2 {
		return w.joins()
	}
	if w.mayImport() && w.r.IntN(20) == 0 {
		return w.imports()
	}
	actor := w.actors[w.r.IntN(len(w.actors))]
	switch n := w.r.IntN(100); {
	case n < 33:
		return w.like(actor, pick(w.r, w.home.reviews))
	case n < 48:
		return w.follow(actor)
	case n < 52:
		return w.react(actor, pick(w.r, w.home.films))
	case n < 56:
		return w.rate(actor, pick(w.r, w.home.films))
	case n < 61:
		return w.comment(actor, pick(w.r, w.home.reviews))
	case n < 63 && len(w.comments) > 0:
		return w.deleteComment(w.r.IntN(len(w.comments)))
	case n < 72 || len(w.films) == 0:
		return w.film(actor, fmt.Sprintf("film %d of worker %d", w.number(), w.no))
	case n < 86:
		return w.writes(actor)
	case n < 90 && len(w.reviews) > 0:
		return w.rewrite(pick(w.r, w.reviews))
	case n < 93 && len(w.reviews) > 0:
		return w.deleteReview(w.r.IntN(len(w.reviews)))
	case n < 95 && len(w.reviews) > 3:
		k := w.r.IntN(len(w.reviews))
		if by := w.actors[w.r.IntN(len(w.actors))]; by.id != w.reviews[k].by.id {
			return w.reports(by, k)
		}
		return w.profileImage(actor)
	case n < 97:
		return w.profileImage(actor)
	case n < 99:
		return w.joinsAndLeaves()
	}
	return w.asksAndBlocks()
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (w *worker) number() int {
	w.made++
	return w.made
}

// joins signs up a member, who then acts for this worker.
func (w *worker) joins() request {
	m := &member{name: fmt.Sprintf("관객 %d-%d", w.no, w.number())}
	w.script = append(w.script,
		func() request { return w.signIn(m) },
		func() request {
			w.actors = append(w.actors, m)
			w.home.addKnown(*m)
			return w.profileImage(m)
		})
	return w.signUp(m)
}

// joinsAndLeaves signs up a member who creates something and deletes the account.
func (w *worker) joinsAndLeaves() request {
	m := &member{name: fmt.Sprintf("passer-by %d-%d", w.no, w.number())}
	film := pick(w.r, w.home.films)
	w.script = append(w.script,
		func() request { return w.signIn(m) },
		func() request { return w.profileImage(m) },
		func() request { return w.review(m, film) },
		func() request { return w.rate(m, film) },
		func() request { return w.leave(m, film) })
	return w.signUp(m)
}

// asksAndBlocks signs up two members whom nobody else knows. One of them is private and is asked, and accepts, blocks,
// unblocks, mutes, and becomes public while the other one asks again.
func (w *worker) asksAndBlocks() request {
	private := &member{name: fmt.Sprintf("private %d-%d", w.no, w.number())}
	asker := &member{name: fmt.Sprintf("asker %d-%d", w.no, w.number())}
	w.script = append(w.script,
		func() request { return w.signIn(private) },
		func() request { return w.signUp(asker) },
		func() request { return w.signIn(asker) },
		func() request { return w.hides(private) },
		func() request { return w.asks(asker, private) },
		func() request { return w.accepts(private, asker) },
		func() request { return w.blocks(private, asker, true) },
		func() request { return w.blocks(private, asker, false) },
		func() request { return w.mutes(asker, private) },
		func() request { return w.asks(asker, private) },
		func() request { return w.opens(private, asker) })
	return w.signUp(private)
}

// writes reviews a film that the actor has not reviewed, or adds one.
func (w *worker) writes(actor *member) request {
	for range 5 {
		film := pick(w.r, w.films)
		written := func(o ownReview) bool { return o.film == film && o.by.id == actor.id }
		if !slices.ContainsFunc(w.reviews, written) && !slices.ContainsFunc(w.reported, written) {
			return w.review(actor, film)
		}
	}
	return w.film(actor, fmt.Sprintf("film %d of worker %d", w.number(), w.no))
}
