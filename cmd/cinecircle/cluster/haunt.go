package main

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// What is done to the cluster.
const (
	faultInstance = "instance killed"
	faultDatabase = "database killed"
	faultRedis    = "redis killed"
	faultStore    = "store killed"
	faultRoll     = "instances rolled"
)

// settling is how long everything has been ready before a fault counts as over.
const settling = time.Second

// haunt brings every fault in turn, in an order of its own each round, with calm between them, until
// the duration is over and each has been there.
func (t *trial) haunt(ctx context.Context, r *rand.Rand) error {
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
			if err := t.inflict(ctx, what, r); err != nil {
				return err
			}
		}
	}
	return rest(ctx, 2*time.Second)
}

// inflict brings one fault and undoes it.
func (t *trial) inflict(ctx context.Context, what string, r *rand.Rand) error {
	t.say("%s", what)
	end := t.windows.begin(what)
	down := 300*time.Millisecond + time.Duration(r.Int64N(int64(3*time.Second)))
	var err error
	switch what {
	case faultInstance:
		err = t.restart(ctx, t.instances[r.IntN(len(t.instances))], syscall.SIGKILL, down)
	case faultDatabase:
		err = outage(ctx, t.database, down)
	case faultRedis:
		err = outage(ctx, t.redis, down)
	case faultStore:
		err = outage(ctx, t.store, down)
	case faultRoll:
		for _, i := range t.instances {
			if err == nil {
				err = t.restart(ctx, i, syscall.SIGTERM, 0)
			}
		}
	}
	if err == nil {
		err = t.awaitAll(ctx, "ok")
	}
	if err != nil {
		return err
	}
	err = rest(ctx, settling)
	end()
	return err
}

// restart ends an instance and starts it again, and waits until the balancer knows.
func (t *trial) restart(ctx context.Context, i *rig.Process, s syscall.Signal, down time.Duration) error {
	if err := i.End(s); err != nil {
		return err
	}
	if err := rest(ctx, down); err != nil {
		return err
	}
	if err := i.Start(); err != nil {
		return err
	}
	if err := i.Await(ctx, "ok"); err != nil {
		return err
	}
	return rest(ctx, 2*healthEvery)
}

func outage(ctx context.Context, e *rig.Engine, down time.Duration) error {
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
