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
	case kindClock:
		for _, by := range f.by {
			if err := h.setClock(by); err != nil {
				return err
			}
			h.rest(ctx, f.last)
		}
		if err := h.setClock(0); err != nil {
			return err
		}
	}
	return h.end(syscall.SIGKILL)
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

// again ends the process and starts it with more in its environment.
func (h *home) again(ctx context.Context, s syscall.Signal, more ...string) error {
	if err := h.end(s); err != nil {
		return err
	}
	return h.start(ctx, more...)
}
