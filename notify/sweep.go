package notify

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

const (
	sweepChunk = 500 // ids in a query of the sweep
	sweepParts = 5   // sweeps in which every member is looked at, although nothing seems to be new
)

// sweeper is what a sweep leaves to the next one, so that a sweep over many sockets that finds nothing
// costs little and leaves nothing behind. It is used by one goroutine.
type sweeper struct {
	*Service
	newest          int64 // id of the newest notification when all were looked at; -1 before that
	turn            int64 // of the parts
	users, sessions []int64
	states          []State
	ended           []int64
}

// sweepEvery does what no hint can be relied on for, until ctx ends.
func (s *Service) sweepEvery(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	sweeper := &sweeper{Service: s, newest: -1}
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := sweeper.sweep(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.Warn("sweeping over the sockets fails", "error", err)
		}
		failing = err != nil
	}
}

// sweep closes sockets whose time is up, delivers what wakes have missed, and closes sockets whose
// session ended elsewhere. Without sockets it asks the database nothing.
func (s *sweeper) sweep(ctx context.Context) error {
	defer s.recovered("sweep")
	s.inspect(s.Clock())
	if len(s.users) == 0 {
		return nil
	}
	if err := s.healAll(ctx); err != nil {
		return err
	}
	for ids := range slices.Chunk(s.sessions, sweepChunk) {
		if err := s.endSessions(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// inspect judges every socket by what this process knows of it, and lists the members and sessions
// that have one, in order.
func (s *sweeper) inspect(now time.Time) {
	s.users, s.sessions = s.users[:0], s.sessions[:0]
	s.hub.mu.Lock()
	if s.hub.unsure {
		s.newest, s.hub.unsure = -1, false
	}
	for userID, box := range s.hub.users {
		s.users = append(s.users, userID)
		for _, k := range box.sockets {
			s.sessions = append(s.sessions, k.sessionID)
			if !now.Before(k.expiresAt) {
				s.condemn(k, tokenExpired)
			}
			if k.session != nil && k.slow(now) {
				s.condemn(k, tooSlow)
			}
		}
	}
	s.hub.mu.Unlock()
	slices.Sort(s.users)
	slices.Sort(s.sessions)
	s.sessions = slices.Compact(s.sessions)
}

// healAll looks at all members when a notification came since the last time, which one number tells. Ids
// become visible out of order where several write at once, so a part of the members is looked at anyway.
func (s *sweeper) healAll(ctx context.Context) error {
	var newest sql.NullInt64
	if err := s.DB.Row(ctx, "SELECT MAX(id) FROM notifications").Scan(&newest); err != nil {
		return fmt.Errorf("look for new notifications: %w", err)
	}
	users := s.users
	if newest.Int64 == s.newest {
		s.turn = (s.turn + 1) % sweepParts
		users = slices.DeleteFunc(users, func(id int64) bool { return id%sweepParts != s.turn })
	}
	s.newest = -1 // unless all goes well
	for ids := range slices.Chunk(users, sweepChunk) {
		if err := s.heal(ctx, ids); err != nil {
			return err
		}
	}
	s.newest = newest.Int64
	return nil
}

// heal compares what exists with what the sockets know to exist.
func (s *sweeper) heal(ctx context.Context, users []int64) error {
	s.states = s.states[:0]
	query := "SELECT user_id, last_seq FROM notification_states WHERE user_id IN " + places(len(users))
	err := s.each(ctx, query, arguments(users), func(row *sql.Rows) error {
		var state State
		err := row.Scan(&state.UserID, &state.LastSeq)
		s.states = append(s.states, state)
		return err
	})
	if err != nil {
		return fmt.Errorf("load the notification states of %d users: %w", len(users), err)
	}
	s.stats.healed.Add(s.hub.heal(s.states))
	return nil
}

// heal is wake for mailboxes that may have been left for the sweep. It returns how many knew of less.
func (h *hub) heal(states []State) (missed int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, state := range states {
		box := h.users[state.UserID]
		if box == nil {
			continue
		}
		if box.want < state.LastSeq {
			box.want = state.LastSeq
			missed++
		}
		h.schedule(box)
	}
	return missed
}

// endSessions closes the sockets of those sessions that stand no more. The ids are in order.
func (s *sweeper) endSessions(ctx context.Context, ids []int64) error {
	standing, err := s.Sessions.StandingSessions(ctx, ids)
	if err != nil {
		return fmt.Errorf("look %d sessions up: %w", len(ids), err)
	}
	if len(standing) == len(ids) {
		return nil
	}
	slices.Sort(standing)
	s.ended = s.ended[:0]
	for _, id := range ids {
		if _, stands := slices.BinarySearch(standing, id); !stands {
			s.ended = append(s.ended, id)
		}
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.each(func(k *socket) {
		if _, found := slices.BinarySearch(s.ended, k.sessionID); found {
			s.condemn(k, sessionEnded)
		}
	})
	return nil
}
