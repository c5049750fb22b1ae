package database

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// slowQuery is the duration from which a statement is logged.
const slowQuery = 500 * time.Millisecond

// queryLog logs slow and failed statements without their values. GORM's own logger formats every statement
// before it decides whether to log it.
type queryLog struct {
	logger.Interface
	log *slog.Logger
}

func newQueryLog(log *slog.Logger) logger.Interface {
	return queryLog{log: log, Interface: logger.NewSlogLogger(log, logger.Config{
		SlowThreshold:             slowQuery,
		LogLevel:                  logger.Warn,
		IgnoreRecordNotFoundError: true,
		ParameterizedQueries:      true,
	})}
}

// Trace implements logger.Interface.
func (l queryLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	fine := err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, gorm.ErrDuplicatedKey)
	if fine && time.Since(begin) < slowQuery {
		return
	}
	if retryable(err) && runsAgain(ctx) { // deadlocks are a matter of course for a server, and nobody has noticed this one
		if l.log.Enabled(ctx, slog.LevelDebug) {
			text, _ := statement()
			l.log.DebugContext(ctx, "the database aborted a transaction, which is run again", "sql", text, "error", err)
		}
		return
	}
	l.Interface.Trace(ctx, begin, statement, err)
}

// runsAgain reports whether ctx is that of a transaction that is run again if the database aborts it.
func runsAgain(ctx context.Context) bool {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s != nil && s.again
}

// ParamsFilter keeps values out of the log.
func (l queryLog) ParamsFilter(_ context.Context, statement string, _ ...any) (string, []any) {
	return statement, nil
}
