package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// ackTimeout is how long an action may take to be acknowledged: longer than any fault.
const ackTimeout = 2 * time.Minute

// write performs actions one at a time until done: first each one once, then each again after undoing it. It finishes
// what it began.
func (t *trial) write(ctx context.Context, done <-chan struct{}, worker int) error {
	r := rand.New(rand.NewPCG(t.seed, 100+uint64(worker)))
	mine := t.actions(worker)
	pause := time.Second * time.Duration(t.workers) / time.Duration(t.rate)
	for n := 0; len(mine) > 0; n++ {
		select {
		case <-done:
			return nil
		case <-time.After(pause/2 + rand.N(pause)):
		}
		d := mine[n%len(mine)]
		if n >= len(mine) {
			if err := t.persist(ctx, d.call(t, false)); err != nil {
				return err
			}
		}
		if err := t.do(ctx, d, r.IntN(8) == 0); err != nil {
			return err
		}
	}
	return nil
}

// actions lists the share of a worker, shuffled. Shares are disjoint, so no worker undoes what another did.
func (t *trial) actions(worker int) []action {
	var all []action
	for _, actor := range t.members {
		for _, target := range t.members {
			if actor == target {
				continue
			}
			all = append(all, action{actor: actor.id, target: target.id})
			for _, review := range target.reviews {
				all = append(all, action{actor.id, target.id, review})
			}
		}
	}
	r := rand.New(rand.NewPCG(t.seed, 1))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var mine []action
	for k := worker; k < len(all); k += t.workers {
		mine = append(mine, all[k])
	}
	return mine
}

// do repeats an action until it is acknowledged, twice concurrently for an impatient member, and enters it in the
// ledger.
func (t *trial) do(ctx context.Context, d action, impatient bool) error {
	e := entry{action: d, sent: time.Now()}
	var clicks sync.WaitGroup
	var second error
	if impatient {
		clicks.Go(func() { second = t.persist(ctx, d.call(t, true)) })
	}
	first := t.persist(ctx, d.call(t, true))
	clicks.Wait()
	if err := errors.Join(first, second); err != nil {
		return err
	}
	e.acked = time.Now()
	t.ledger.add(e)
	return nil
}

// call returns the request that performs or undoes an action.
func (d action) call(t *trial, on bool) harness.Call {
	c := harness.Call{Method: http.MethodPost, Token: t.memberByID(d.actor).token}
	switch {
	case d.review == 0 && on:
		c.Path = fmt.Sprintf("/users/%d/follow", d.target)
	case d.review == 0:
		c.Path = fmt.Sprintf("/users/%d/unfollow", d.target)
	case on:
		c.Path = fmt.Sprintf("/likes/reviews/%d/like", d.review)
	default:
		c.Path = fmt.Sprintf("/likes/reviews/%d/unlike", d.review)
	}
	return c
}

func (t *trial) memberByID(id int64) *member {
	for _, m := range t.members {
		if m.id == id {
			return m
		}
	}
	return nil
}

// persist repeats a request until it succeeds, and records each failure.
func (t *trial) persist(ctx context.Context, c harness.Call) error {
	deadline := time.Now().Add(ackTimeout)
	for {
		from := time.Now()
		a := t.api.Try(ctx, c)
		if a.Status == http.StatusOK || a.Status == http.StatusNoContent {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		t.failures.add(failure{c.Method + " " + c.Path, a.Status, from, time.Now()})
		if a.Status >= 400 && a.Status < 500 && a.Status != http.StatusTooManyRequests {
			return fmt.Errorf("%s %s: %d %s", c.Method, c.Path, a.Status, a.Body)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s %s: not acknowledged within %s, last %d %s", c.Method, c.Path, ackTimeout, a.Status, a.Body)
		}
		<-time.After(50*time.Millisecond + rand.N(100*time.Millisecond))
	}
}
