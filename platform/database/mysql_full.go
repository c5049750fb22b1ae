package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

const (
	// fullPatience is how long callers wait for a first connection to a server that has no free one.
	fullPatience = 1500 * time.Millisecond

	firstFullPause = 20 * time.Millisecond // between two attempts; it doubles
	raiseEvery     = 10 * time.Second      // how often a lowered limit is doubled
)

// connLimit is the limit of a pool of connections. When the server allows fewer connections than are configured, it lowers
// the limit to those that there are, so that callers wait for one of them instead of failing. It tries to return to the
// configured limit every few seconds.
type connLimit struct {
	configured int
	pool       *sql.DB
	log        *slog.Logger
	connecting atomic.Int64 // callers who have no connection yet

	mu      sync.Mutex // guards the fields below
	current int
	told    int       // the limit in the last message
	raising bool      // a timer runs
	until   time.Time // when the callers that wait for a first connection give up
}

// set sets the limit of the pool. The caller holds mu.
func (l *connLimit) set(n int) {
	l.current = n
	l.pool.SetMaxOpenConns(n)
	l.pool.SetMaxIdleConns(n)
}

// closeIdle closes the idle connections.
func (l *connLimit) closeIdle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pool.SetMaxIdleConns(-1)
	l.pool.SetMaxIdleConns(l.current)
}

// lower lowers the limit to the connections that there are, because of refusal. It returns false when there are none.
func (l *connLimit) lower(refusal error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := l.pool.Stats().OpenConnections - int(l.connecting.Load())
	if open <= 0 {
		return false
	}
	if open < l.current {
		l.set(open)
	}
	if open != l.told {
		l.told = open
		l.log.Warn("the database allows fewer connections than configured", "connections", open, "max_open_conns", l.configured, "error", refusal)
	}
	if l.current < l.configured && !l.raising {
		l.raising = true
		time.AfterFunc(raiseEvery, l.raise)
	}
	return true
}

// raise doubles a lowered limit.
func (l *connLimit) raise() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(min(2*l.current, l.configured))
	l.raising = l.current < l.configured
	if l.raising {
		time.AfterFunc(raiseEvery, l.raise)
	}
}

// deadline returns when callers that wait for a first connection give up. All share it, because database/sql opens the
// connections of a full pool one after the other: then each would wait as long again.
func (l *connLimit) deadline() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.After(l.until.Add(probePause)) {
		l.until = now.Add(fullPatience)
	}
	return l.until
}

// connect connects by means of dial. When the server has no free connection, it waits a little for a first one, or
// returns an error that matches [driver.ErrBadConn] to have database/sql wait for one of the connections that there are.
func (l *connLimit) connect(ctx context.Context, dial func(context.Context) (driver.Conn, error)) (driver.Conn, error) {
	l.connecting.Add(1)
	defer l.connecting.Add(-1)
	var end time.Time
	for pause := firstFullPause; ; pause *= 2 {
		conn, err := dial(ctx)
		if !isFull(err) {
			return conn, err
		}
		if l.lower(err) {
			return nil, errors.Join(driver.ErrBadConn, err)
		}
		if end.IsZero() {
			end = l.deadline()
		}
		if pause = min(pause, time.Until(end)); pause <= 0 {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// isFull reports whether a server refused a connection because it, or the account, has too many.
func isFull(err error) bool {
	my, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && (my.Number == 1040 || my.Number == 1203 || my.Number == 1226)
}
