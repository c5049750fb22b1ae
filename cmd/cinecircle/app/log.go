package app

import (
	"context"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/cinecircle/cinecircle/platform/logqueue"
	"github.com/cinecircle/cinecircle/platform/web"
)

// NewLogger returns a log that writes to queue, and has the queue log how many lines it dropped. Its lines are text if
// asText, and JSON otherwise.
func NewLogger(queue *logqueue.Writer, level string, asText bool) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		least = slog.LevelInfo // the configuration was validated before
	}
	handler := func(w io.Writer) slog.Handler {
		options := &slog.HandlerOptions{Level: least}
		if asText {
			return slog.NewTextHandler(w, options)
		}
		return slog.NewJSONHandler(w, options)
	}
	queue.SetNotice(func(out io.Writer, lines uint64) error {
		r := slog.NewRecord(time.Now(), slog.LevelWarn, "lines of the log were dropped", 0)
		r.Add("lines", lines, "reason", "the reader of the log was too slow or gone")
		return handler(out).Handle(context.Background(), r)
	})
	return slog.New(withRequestID{handler(queue)})
}

// withRequestID adds request_id to lines that are logged with the context of a request, such as those of the database.
type withRequestID struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h withRequestID) Handle(ctx context.Context, r slog.Record) error {
	const key = "request_id"
	if id := web.RequestIDOf(ctx); id != "" && !has(r, key) {
		r = r.Clone()
		r.AddAttrs(slog.String(key, id))
	}
	return h.Handler.Handle(ctx, r)
}

func has(r slog.Record, key string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}

// WithAttrs implements [slog.Handler].
func (h withRequestID) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
