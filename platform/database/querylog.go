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
type queryLog struct{ logger.Interface }

func newQueryLog(log *slog.Logger) logger.Interface {
	return queryLog{logger.NewSlogLogger(log, logger.Config{
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
	l.Interface.Trace(ctx, begin, statement, err)
}

// ParamsFilter keeps values out of the log.
func (l queryLog) ParamsFilter(_ context.Context, statement string, _ ...any) (string, []any) {
	return statement, nil
}
