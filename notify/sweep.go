package notify

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// sweepChunk is how many ids a query of the sweep names.
const sweepChunk = 500

// sweepEvery does what no hint can be relied on for, until ctx ends.
func (s *Service) sweepEvery(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.sweep(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.Warn("sweeping over the sockets fails", "error", err)
		}
		failing = err != nil
	}
}

// sweep closes sockets whose time is up, delivers what wakes have missed, and closes sockets whose
// session ended elsewhere. Without sockets it asks the database nothing.
func (s *Service) sweep(ctx context.Context) error {
	defer s.recovered("sweep")
	users, sessions := s.inspect(s.Clock())
	for ids := range slices.Chunk(users, sweepChunk) {
		if err := s.heal(ctx, padded(ids)); err != nil {
			return err
		}
	}
	for ids := range slices.Chunk(sessions, sweepChunk) {
		if err := s.endSessions(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// inspect judges every socket by what this process knows of it, and lists the members and sessions
// that have one.
func (s *Service) inspect(now time.Time) (users, sessions []int64) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for userID, box := range s.hub.users {
		users = append(users, userID)
		for _, k := range box.sockets {
			sessions = append(sessions, k.sessionID)
			if !now.Before(k.expiresAt) {
				s.condemn(k, tokenExpired)
			}
			if k.session != nil && k.slow(now) {
				s.condemn(k, tooSlow)
			}
		}
	}
	slices.Sort(sessions)
	return users, slices.Compact(sessions)
}

// heal compares what exists with what the sockets know to exist.
func (s *Service) heal(ctx context.Context, users []int64) error {
	var states []State
	if err := s.DB.Reader(ctx).Find(&states, "user_id IN ?", users).Error; err != nil {
		return fmt.Errorf("load the notification states of %d users: %w", len(users), err)
	}
	for _, state := range states {
		if s.hub.heal(state) {
			s.stats.healed.Add(1)
		}
	}
	return nil
}

// heal is wake for a mailbox that may have been left for the sweep. It reports whether it knew of less.
func (h *hub) heal(state State) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	box := h.users[state.UserID]
	if box == nil {
		return false
	}
	missed := box.want < state.LastSeq
	box.want = max(box.want, state.LastSeq)
	h.schedule(box)
	return missed
}

func (s *Service) endSessions(ctx context.Context, ids []int64) error {
	standing, err := s.Sessions.StandingSessions(ctx, padded(ids))
	if err != nil {
		return fmt.Errorf("look %d sessions up: %w", len(ids), err)
	}
	stands := make(map[int64]bool, len(standing))
	for _, id := range standing {
		stands[id] = true
	}
	ended := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return stands[id] })
	if len(ended) == 0 {
		return nil
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.each(func(k *socket) {
		if _, found := slices.BinarySearch(ended, k.sessionID); found {
			s.condemn(k, sessionEnded)
		}
	})
	return nil
}

// padded repeats the last id up to a power of two, so that queries of few different lengths are
// prepared and not one for every number of sockets.
func padded(ids []int64) []int64 {
	size := 1
	for size < len(ids) {
		size *= 2
	}
	out := make([]int64, 0, size)
	out = append(out, ids...)
	for len(out) < size {
		out = append(out, ids[len(ids)-1])
	}
	return out
}
