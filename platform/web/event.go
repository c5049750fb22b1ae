package web

import (
	"context"
	"log/slog"
)

// LogEvent logs a security event: what happened to the account or thing target, 0 for none. From the context of a request
// it adds who sent it and from which address; the log adds the id of the request. The names of events are a part of the
// interface of the program, see docs/operating.md.
func LogEvent(ctx context.Context, log *slog.Logger, level slog.Level, event string, target int64, more ...slog.Attr) {
	attrs := []slog.Attr{slog.String("event", event)}
	if r, ok := ctx.Value(contextKey{}).(*request); ok {
		if r.viewerID != 0 {
			attrs = append(attrs, slog.Int64("actor_id", r.viewerID))
		}
		attrs = append(attrs, slog.String("address", r.clientIP))
	}
	if target != 0 {
		attrs = append(attrs, slog.Int64("target_id", target))
	}
	log.LogAttrs(ctx, level, "security event", append(attrs, more...)...)
}

// EventLevel returns the level of an event at an account: info if the member does it, a warning if somebody else does.
func EventLevel(ctx context.Context, accountID int64) slog.Level {
	if ViewerIDOf(ctx) == accountID {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}
