package live

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	sweepChunk = 500 // ids in a query of the sweep
	sweepParts = 5   // sweeps in which every user is checked once, even if nothing seems to be new
)

// sweeper keeps state and buffers from one sweep to the next, so that a sweep over many sockets that finds
// nothing is cheap and allocates nothing. It is used by one goroutine.
type sweeper struct {
	*Hub
	newest          int64 // what Source.Newest returned when all users were last checked; -1 to check all
	part            int64 // of the users
	users, sessions []int64
	heads           []Head
	ended           []int64
}

// sweepEvery sweeps at an interval until ctx ends. It logs the first of successive failures.
func (h *Hub) sweepEvery(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	s := &sweeper{Hub: h, newest: -1}
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.sweep(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			h.config.Log.Warn("sweeping the sockets fails", "error", err)
		}
		failing = err != nil
	}
}

// sweep closes sockets whose token expired, whose reader is slow or whose session ended on another
// instance, and delivers what wake-ups have missed. Without sockets it sends no query.
func (s *sweeper) sweep(ctx context.Context) error {
	defer s.recovered("sweep")
	s.users, s.sessions = s.inspect(s.config.Clock(), s.users[:0], s.sessions[:0])
	if s.takeUnfinished() {
		s.newest = -1
	}
	if len(s.users) == 0 {
		return nil
	}
	slices.Sort(s.users)
	slices.Sort(s.sessions)
	if err := s.checkHeads(ctx); err != nil {
		return err
	}
	for ids := range slices.Chunk(slices.Compact(s.sessions), sweepChunk) {
		if err := s.checkSessions(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// checkHeads checks all users when a notification was stored since the last time, and a part of them
// otherwise: ids become visible out of order where several transactions insert at once, so the newest id
// does not tell of every notification.
func (s *sweeper) checkHeads(ctx context.Context) error {
	newest, err := s.config.Source.Newest(ctx)
	if err != nil {
		return fmt.Errorf("look for new notifications: %w", err)
	}
	users := s.users
	if newest == s.newest {
		s.part = (s.part + 1) % sweepParts
		users = slices.DeleteFunc(users, func(id int64) bool { return id%sweepParts != s.part })
	}
	s.newest = -1 // until all chunks have succeeded
	for ids := range slices.Chunk(users, sweepChunk) {
		if s.heads, err = s.config.Source.AppendHeads(ctx, s.heads[:0], ids); err != nil {
			return fmt.Errorf("load the last seq of %d users: %w", len(ids), err)
		}
		s.stats.healed.Add(s.raise(s.heads))
	}
	s.newest = newest
	return nil
}

// checkSessions closes the sockets of sessions that are no longer active. ids is sorted.
func (s *sweeper) checkSessions(ctx context.Context, ids []int64) error {
	active, err := s.config.Sessions.ActiveSessions(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up %d sessions: %w", len(ids), err)
	}
	if len(active) == len(ids) {
		return nil
	}
	slices.Sort(active)
	s.ended = s.ended[:0]
	for _, id := range ids {
		if _, found := slices.BinarySearch(active, id); !found {
			s.ended = append(s.ended, id)
		}
	}
	s.closeSessions(s.ended)
	return nil
}
