package ops

import (
	"context"
	"log/slog"
	"time"
)

// The intervals of [Health.Watch]. The first check waits for connections that are made at the start.
const (
	firstWatch = time.Second
	watchEvery = 10 * time.Second
)

// Watch runs the checks until ctx ends, and logs when a part goes down, with the cause, and when it works again.
func (h *Health) Watch(ctx context.Context, log *slog.Logger) error {
	down := make([]bool, len(h.checks))
	timer := time.NewTimer(firstWatch)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		h.logChanges(ctx, log, down)
		timer.Reset(watchEvery)
	}
}

// logChanges compares the checks with down, which it updates.
func (h *Health) logChanges(ctx context.Context, log *slog.Logger, down []bool) {
	for i, err := range h.run(ctx) {
		part := h.checks[i].Name
		switch {
		case ctx.Err() != nil: // the check was interrupted
		case err != nil && !down[i]:
			log.WarnContext(ctx, "a part is down", "part", part, "required", !h.checks[i].Optional, "error", err)
			down[i] = true
		case err == nil && down[i]:
			log.InfoContext(ctx, "a part works again", "part", part)
			down[i] = false
		}
	}
}
