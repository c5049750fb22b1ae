package main

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// inflict brings a fault and returns once the process is dead.
func (h *home) inflict(ctx context.Context, f fault, r *report) error {
	if f.kind == kindPoint {
		if died := h.rest(ctx, f.after); !died {
			r.unreached++
		}
		return h.end(syscall.SIGKILL)
	}
	if died := h.rest(ctx, f.after); died {
		return fmt.Errorf("the process ended by itself: %s", h.proc.LastWords())
	}
	switch f.kind {
	case kindStop:
		return h.end(syscall.SIGTERM)
	case kindNet:
		h.front.Set(f.weather)
		h.rest(ctx, f.last)
		h.front.Set(rig.Weather{})
		h.rest(ctx, f.after)
	case kindStorm:
		h.gather(ctx)
		for range f.times {
			h.front.Set(rig.Weather{Reset: true})
			h.front.Set(rig.Weather{})
			h.rest(ctx, f.last)
		}
	case kindBackup:
		if err := h.backup(ctx, f, r); err != nil {
			return err
		}
	case kindServers:
		if err := h.trouble(ctx, f); err != nil {
			return err
		}
	case kindDatabase:
		return h.loseDatabase(ctx, f, r)
	case kindClock:
		if f.leap {
			h.leapt.Store(true)
		}
		for _, by := range append(f.by, 0) {
			if err := h.setClock(by); err != nil {
				return err
			}
			h.rest(ctx, f.last)
		}
	}
	return h.end(syscall.SIGKILL)
}

// trouble does something to a server of the stack, and undoes it.
func (h *home) trouble(ctx context.Context, f fault) error {
	if f.weather == (rig.Weather{}) {
		return h.stack.outage(ctx, f.server, f.last)
	}
	h.stack.proxies[f.server].Set(f.weather)
	h.rest(ctx, f.last)
	h.stack.proxies[f.server].Set(rig.Weather{})
	h.rest(ctx, f.after)
	return nil
}

// loseDatabase kills the database of the stack and starts it again. The process has to outlive it and to serve everybody
// as it did before, and ends only then, in good order.
func (h *home) loseDatabase(ctx context.Context, f fault, r *report) error {
	if err := h.trouble(ctx, f); err != nil {
		return err
	}
	took, err := h.awaitService(ctx)
	if err != nil {
		return fmt.Errorf("with the database back: %w", err)
	}
	r.refound.add(took)
	if h.rest(ctx, f.after) {
		return fmt.Errorf("the process ended by itself without its database: %s", h.proc.LastWords())
	}
	return h.end(syscall.SIGTERM)
}

// backWithin is how soon everybody is served again, without a restart, once what was missing is there.
const backWithin = 5 * time.Second

// awaitService waits until everybody who waited has been served, and returns how long that took.
func (h *home) awaitService(ctx context.Context) (time.Duration, error) {
	begin, before := time.Now(), make([]int64, len(h.workers))
	for k, w := range h.workers {
		before[k] = w.served.Load()
	}
	for k, w := range h.workers {
		if !rig.Eventually(ctx, backWithin, func() bool { return w.served.Load() > before[k] }) {
			return 0, fmt.Errorf("a member was not served within %s", backWithin)
		}
	}
	return time.Since(begin), nil
}

// rest waits, and reports whether the process died meanwhile.
func (h *home) rest(ctx context.Context, d time.Duration) (died bool) {
	select {
	case <-h.proc.Ended():
		return true
	case <-ctx.Done():
	case <-time.After(d):
	}
	return false
}

// again ends the process and starts it with a fail point, which it may reach before it is ready.
func (h *home) again(ctx context.Context, s syscall.Signal, failpoint ...string) error {
	if err := h.end(s); err != nil {
		return err
	}
	if err := h.start(ctx, failpoint...); h.proc.Running() {
		return err
	}
	return h.proc.Killed()
}
