// Package live pushes notifications to the open WebSockets of their recipients.
//
// A [Hub] holds the sockets of this process. [Hub.Wake] tells it that a user has a newer notification;
// it then loads the frames that the user's sockets lack from its [Source] and writes them. Every socket
// gets the frames of its user in the order of seq, without a gap and each one once, from the seq at
// which it joined. Wake-ups may be lost: a sweep compares the sockets with the source at an interval.
//
// The hub never blocks the caller of Wake, and a slow reader neither delays the other sockets nor
// occupies more memory than a few frames. A reader that stays too far behind is disconnected.
package live

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/platform/ops"
)

// Source is where the notifications are stored.
type Source interface {
	// LastSeq returns the seq of a user's newest notification, 0 if there is none.
	LastSeq(ctx context.Context, userID int64) (int64, error)

	// AppendHeads appends the heads of those users that have notifications, in any order.
	AppendHeads(ctx context.Context, heads []Head, userIDs []int64) ([]Head, error)

	// Newest returns a number that differs once a notification of any user is stored.
	Newest(ctx context.Context) (int64, error)

	// Load appends to each batch the frames that follow it, [BatchSize] at most.
	Load(ctx context.Context, batches []*Batch) error
}

// Head is how far the notifications of a user go.
type Head struct{ UserID, LastSeq int64 }

// Sessions reports whether sessions are still active.
type Sessions interface {
	// ActiveSessions returns those of ids that have not ended, in any order; ids may repeat.
	ActiveSessions(ctx context.Context, ids []int64) ([]int64, error)
}

// Config is what a Hub needs. Fields with a default may be left out.
type Config struct {
	Source       Source
	Sessions     Sessions
	Clock        func() time.Time // with monotonic readings like time.Now, so that setting the wall clock closes nothing
	Log          *slog.Logger
	Subprotocols []string // accepted in the upgrade

	MaxSocketsPerUser int           // default 10
	MaxSockets        int           // of this process; by default what the limit on open files allows
	SweepInterval     time.Duration // default 1 s
	PingPeriod        time.Duration // default 30 s
	PongWait          time.Duration // how long a peer may be silent; default 75 s
}

// Defaults of Config.
const (
	defaultSocketsPerUser = 10
	defaultSweepInterval  = time.Second
	defaultPingPeriod     = 30 * time.Second
	defaultPongWait       = 75 * time.Second
)

// New returns a hub without sockets. It delivers only while [Hub.Run] runs.
func New(c Config) *Hub {
	c.MaxSocketsPerUser = cmp.Or(c.MaxSocketsPerUser, defaultSocketsPerUser)
	c.MaxSockets = cmp.Or(c.MaxSockets, socketsAllowed())
	c.SweepInterval = cmp.Or(c.SweepInterval, defaultSweepInterval)
	c.PingPeriod = cmp.Or(c.PingPeriod, defaultPingPeriod)
	c.PongWait = cmp.Or(c.PongWait, defaultPongWait)
	h := &Hub{config: c, recipients: make(map[int64]*recipient)}
	h.changed.L = &h.mu
	h.buffers.New = func() any { return new([]byte) }
	h.melody = h.newMelody()
	return h
}

// socketsAllowed returns how many sockets the limit on open files allows beside the database,
// requests and stored images.
func socketsAllowed() int {
	const reserved, most = 500, 1 << 20
	limit, known := ops.OpenFiles()
	switch {
	case !known || limit > most:
		return most
	case limit < 2*reserved:
		return int(limit / 2)
	}
	return int(limit) - reserved
}

// Run delivers, sweeps and pings until ctx ends. Open sockets stay open; Shutdown closes them.
func (h *Hub) Run(ctx context.Context) error {
	h.setStopped(false)
	unhook := context.AfterFunc(ctx, func() { h.setStopped(true) })
	defer unhook()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { h.work(ctx) })
	}
	all.Go(func() { h.sweepEvery(ctx, h.config.SweepInterval) })
	all.Go(func() { h.pingEvery(ctx, h.config.PingPeriod) })
	all.Wait()
	return nil
}

// Shutdown refuses new sockets, closes all open ones with code 1012, and returns when none is left. When
// ctx ends before that, it cuts the remaining connections and returns the error of ctx.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.closeAll(serviceRestart)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.open.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	for _, conn := range h.connections() {
		_ = conn.Close()
	}
	<-ended // within one or two closeWaits
	return ctx.Err()
}
