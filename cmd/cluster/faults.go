package main

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// The faults of the cluster.
const (
	faultInstance = "instance killed"
	faultDatabase = "database killed"
	faultRedis    = "redis killed"
	faultStore    = "store killed"
	faultRoll     = "instances rolled"
)

// settling is how long everything must have been ready before a fault counts as over.
const settling = time.Second

// injectFaults injects every fault in turn, in a new order each round, with pauses between them, until the duration is
// over and each has occurred.
func (t *trial) injectFaults(ctx context.Context, r *rand.Rand) error {
	deadline := time.Now().Add(t.duration)
	all := []string{faultInstance, faultDatabase, faultRedis, faultStore, faultRoll}
	for round := 0; round == 0 || time.Now().Before(deadline); round++ {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, what := range all {
			if err := rest(ctx, 2*time.Second+time.Duration(r.Int64N(int64(3*time.Second)))); err != nil {
				return err
			}
			if round > 0 && time.Now().After(deadline) {
				return nil
			}
			if err := t.injectRound(ctx, what, r); err != nil {
				return err
			}
		}
	}
	return rest(ctx, 2*time.Second)
}

// injectRound injects one fault and, where faults overlap, the outage of a server that begins during it, and waits
// until everything is ready again.
func (t *trial) injectRound(ctx context.Context, what string, r *rand.Rand) error {
	group, acting := errgroup.WithContext(ctx)
	down, victim := length(r), t.instances[r.IntN(len(t.instances))]
	ends := []func(){t.announce(what)}
	group.Go(func() error { return t.inject(acting, what, victim, down) })
	servers := []string{faultDatabase, faultRedis, faultStore}
	other, later, otherDown := servers[r.IntN(len(servers))], time.Duration(r.Int64N(int64(2*time.Second))), length(r)
	if t.overlap && other != what {
		ends = append(ends, t.announce(other))
		group.Go(func() error {
			if err := rest(acting, later); err != nil {
				return err
			}
			return t.inject(acting, other, nil, otherDown)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := t.awaitAll(ctx, "ok"); err != nil {
		return err
	}
	err := rest(ctx, settling)
	for _, end := range ends {
		end()
	}
	return err
}

// announce begins the window of a fault.
func (t *trial) announce(what string) (end func()) {
	t.say("%s", what)
	return t.windows.begin(what)
}

// length draws how long something is down.
func length(r *rand.Rand) time.Duration {
	return 300*time.Millisecond + time.Duration(r.Int64N(int64(3*time.Second)))
}

// inject injects one fault for a time and ends it.
func (t *trial) inject(ctx context.Context, what string, victim *harness.Process, down time.Duration) error {
	switch what {
	case faultInstance:
		return t.restart(ctx, victim, syscall.SIGKILL, down)
	case faultDatabase:
		return outage(ctx, t.database, down)
	case faultRedis:
		return outage(ctx, t.redis, down)
	case faultStore:
		return outage(ctx, t.store, down)
	case faultRoll:
		for _, i := range t.instances {
			if err := t.restart(ctx, i, syscall.SIGTERM, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// restart ends an instance and starts it again, also when it exits because the database is unavailable, and waits
// until the balancer notices.
func (t *trial) restart(ctx context.Context, i *harness.Process, s syscall.Signal, down time.Duration) error {
	if err := i.End(s); err != nil {
		return err
	}
	if err := rest(ctx, down); err != nil {
		return err
	}
	for {
		if err := i.Start(); err != nil {
			return err
		}
		err := i.Await(ctx, "ok")
		if err == nil {
			return rest(ctx, 2*healthEvery)
		}
		if !t.overlap || i.Running() {
			return err
		}
		if err := rest(ctx, time.Second); err != nil { // as a supervisor would
			return err
		}
	}
}

func outage(ctx context.Context, e *harness.Engine, down time.Duration) error {
	if err := e.Kill(ctx); err != nil {
		return err
	}
	if err := rest(ctx, down); err != nil {
		return err
	}
	return e.Start(ctx)
}

// rest waits, unless ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
