package follow_test

import (
	"fmt"
	"sync"
	"testing"
)

// atOnce runs n concurrent calls of fn.
func atOnce(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

func TestSixteenConcurrentFollowsAreOneFollow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true // only one of them is a change, so only one is counted
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	me := s.As(t, a)
	atOnce(16, func(int) {
		r := s.POST(t, fmt.Sprintf("/users/%d/follow", b), me)
		if r.Status != 200 || r.Map()["is_following"] != true {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
	if rows := s.rows(t); len(rows) != 1 {
		t.Errorf("rows %+v, want one", rows)
	}
	s.wantCounts(t, a, 0, 1)
	s.wantCounts(t, b, 1, 0)
	s.wantNotified(t, b, 1, 1)
}

func TestConcurrentFollowsInBothDirectionsDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 6)
	atOnce(36, func(i int) { // both directions of every pair, where deadlocks would occur
		who, whom := ids[i/6], ids[i%6]
		if _, err := s.follows.Set(t.Context(), who, whom, true); err != nil && who != whom {
			t.Errorf("%d follows %d: %v", who, whom, err)
		}
	})
	for _, id := range ids {
		s.wantCounts(t, id, 5, 5)
		s.wantNotified(t, id, 5, 5)
	}
}

func TestConcurrentFollowsAndUnfollowsKeepTheCountersRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	atOnce(32, func(i int) {
		if _, err := s.follows.Set(t.Context(), a, b, i%2 == 0); err != nil {
			t.Errorf("set: %v", err)
		}
	})
	rows := s.rows(t)
	if len(rows) != 1 {
		t.Fatalf("rows %+v, want one", rows)
	}
	var active int64
	if rows[0].IsFollowing {
		active = 1
	}
	s.wantCounts(t, a, 0, active)
	s.wantCounts(t, b, active, 0)
}
