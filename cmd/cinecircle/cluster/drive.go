package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// givingUp is how long a deed may take to be acknowledged: longer than any fault.
const givingUp = 2 * time.Minute

// write does deeds of its own, one at a time, until done: each that there is once, and then again after
// taking it back. What was begun is brought to its end.
func (t *trial) write(ctx context.Context, done <-chan struct{}, worker int) error {
	r := rand.New(rand.NewPCG(t.seed, 100+uint64(worker)))
	mine := t.deeds(worker)
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

// deeds lists the share of a worker, shuffled. No two workers have the same, so nobody takes back what another does.
func (t *trial) deeds(worker int) []deed {
	var all []deed
	for _, actor := range t.members {
		for _, target := range t.members {
			if actor == target {
				continue
			}
			all = append(all, deed{actor: actor.id, target: target.id})
			for _, review := range target.reviews {
				all = append(all, deed{actor.id, target.id, review})
			}
		}
	}
	r := rand.New(rand.NewPCG(t.seed, 1))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var mine []deed
	for k := worker; k < len(all); k += t.workers {
		mine = append(mine, all[k])
	}
	return mine
}

// do does a deed until it is acknowledged, twice at the same time for an impatient member, and enters it in the ledger.
func (t *trial) do(ctx context.Context, d deed, impatient bool) error {
	e := entry{deed: d, sent: time.Now()}
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

// call is the request that does d, or takes it back.
func (d deed) call(t *trial, on bool) rig.Call {
	c := rig.Call{Method: http.MethodPost, Token: t.memberByID(d.actor).token}
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

// persist sends a request until it succeeds, and notes each time that it did not.
func (t *trial) persist(ctx context.Context, c rig.Call) error {
	deadline := time.Now().Add(givingUp)
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
			return fmt.Errorf("%s %s: not acknowledged within %s, last %d %s", c.Method, c.Path, givingUp, a.Status, a.Body)
		}
		<-time.After(50*time.Millisecond + rand.N(100*time.Millisecond))
	}
}
