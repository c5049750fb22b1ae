package main

import (
	"bytes"
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// inflict injects a fault and returns once the process is dead.
func (h *instance) inflict(ctx context.Context, f fault, r *report) error {
	if f.kind == kindPoint {
		if died := h.rest(ctx, f.after); !died {
			r.unreached++
		}
		return h.end(syscall.SIGKILL)
	}
	if died := h.rest(ctx, f.after); died {
		return fmt.Errorf("the process ended by itself: %s", h.proc.LogTail())
	}
	switch f.kind {
	case kindStop:
		return h.end(syscall.SIGTERM)
	case kindNet:
		h.front.Set(f.conditions)
		h.rest(ctx, f.last)
		h.front.Set(harness.Conditions{})
		h.rest(ctx, f.after)
	case kindStorm:
		h.gather(ctx)
		for range f.times {
			h.front.Set(harness.Conditions{Reset: true})
			h.front.Set(harness.Conditions{})
			h.rest(ctx, f.last)
		}
	case kindBackup:
		if err := h.backup(ctx, f, r); err != nil {
			return err
		}
	case kindServers:
		if err := h.disturbServer(ctx, f); err != nil {
			return err
		}
	case kindDatabase:
		return h.killDatabase(ctx, f, r)
	case kindLog:
		return h.stopUnread(ctx)
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

// disturbServer injects a fault into a server of the stack, and ends it.
func (h *instance) disturbServer(ctx context.Context, f fault) error {
	if f.conditions == (harness.Conditions{}) {
		return h.stack.outage(ctx, f.server, f.last)
	}
	h.stack.proxies[f.server].Set(f.conditions)
	h.rest(ctx, f.last)
	h.stack.proxies[f.server].Set(harness.Conditions{})
	h.rest(ctx, f.after)
	return nil
}

// killDatabase kills the database of the stack and starts it again. The process must survive, serve everybody as
// before, and then stop gracefully.
func (h *instance) killDatabase(ctx context.Context, f fault, r *report) error {
	if err := h.disturbServer(ctx, f); err != nil {
		return err
	}
	took, err := h.awaitService(ctx)
	if err != nil {
		return fmt.Errorf("with the database back: %w", err)
	}
	r.refound = append(r.refound, took)
	if h.rest(ctx, f.after) {
		return fmt.Errorf("the process ended by itself without its database: %s", h.proc.LogTail())
	}
	return h.end(syscall.SIGTERM)
}

// stopUnread waits until the log of the process is full, after which it must serve everybody and stop gracefully.
func (h *instance) stopUnread(ctx context.Context) error {
	full := func() bool {
		metrics := h.get(ctx, "/metrics", "").Body
		return bytes.Contains(metrics, []byte("\ncinecircle_log_lines_dropped_total ")) &&
			!bytes.Contains(metrics, []byte("\ncinecircle_log_lines_dropped_total 0\n"))
	}
	if !harness.Eventually(ctx, harness.EndTimeout, full) {
		return fmt.Errorf("with a log that nobody reads no line was dropped within %s", harness.EndTimeout)
	}
	if _, err := h.awaitService(ctx); err != nil {
		return fmt.Errorf("with a log that nobody reads: %w", err)
	}
	return h.end(syscall.SIGTERM)
}

// backWithin is the time within which all requests must succeed again, without a restart, once the missing part is back.
const backWithin = 5 * time.Second

// awaitService waits until every waiting request is served, and returns how long that took.
func (h *instance) awaitService(ctx context.Context) (time.Duration, error) {
	begin, before := time.Now(), make([]int64, len(h.workers))
	for k, w := range h.workers {
		before[k] = w.served.Load()
	}
	for k, w := range h.workers {
		if !harness.Eventually(ctx, backWithin, func() bool { return w.served.Load() > before[k] }) {
			return 0, fmt.Errorf("a member was not served within %s", backWithin)
		}
	}
	return time.Since(begin), nil
}

// rest waits, and reports whether the process died in the meantime.
func (h *instance) rest(ctx context.Context, d time.Duration) (died bool) {
	select {
	case <-h.proc.Ended():
		return true
	case <-ctx.Done():
	case <-time.After(d):
	}
	return false
}

// again stops the process and starts it with a fail point, which it may reach before it is ready.
func (h *instance) again(ctx context.Context, s syscall.Signal, failpoint ...string) error {
	if err := h.end(s); err != nil {
		return err
	}
	if err := h.start(ctx, failpoint...); h.proc.Running() {
		return err
	}
	return h.proc.WaitKilled()
}
