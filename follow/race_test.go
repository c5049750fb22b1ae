package follow_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/follow"
)

// rounds is how often a race is run.
func rounds() int {
	if testing.Short() {
		return 8
	}
	return 40
}

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

// wantApart checks what holds between two members after a block was answered, whatever ran beside it.
func (s *stage) wantApart(t *testing.T, a, b int64) {
	t.Helper()
	for _, pair := range [][2]int64{{a, b}, {b, a}} {
		if s.isFollowing(t, pair[0], pair[1]) {
			t.Errorf("%d follows %d after a block", pair[0], pair[1])
		}
		s.wantCounts(t, pair[0], 0, 0)
		s.wantNotified(t, pair[0], 0, 0)
	}
	s.wantStored(t, "follow_requests", 0)
}

func TestABlockEndsFollowsThatBeginAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds() {
		ids := s.Join(t, 2)
		a, b := ids[0], ids[1]
		atOnce(4, func(i int) {
			var err error
			switch i {
			case 0:
				err = s.follows.SetBlock(t.Context(), a, b, true)
			case 1:
				_, err = s.follows.Set(t.Context(), a, b, true)
			default:
				_, err = s.follows.Set(t.Context(), b, a, true)
			}
			if err != nil && (i == 0 || !errors.Is(err, follow.ErrBlocked)) {
				t.Errorf("operation %d: %v", i, err)
			}
		})
		s.wantApart(t, a, b)
		s.wantHides(t, a, 1)
	}
}

func TestABlockEndsARequestThatIsAcceptedAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds() {
		ids := s.Join(t, 2)
		a, b := ids[0], ids[1]
		s.setPrivate(t, b, true)
		s.follow(t, a, b)
		atOnce(3, func(i int) {
			var err error
			switch i {
			case 0:
				err = s.follows.SetBlock(t.Context(), b, a, true)
			case 1:
				_, err = s.follows.Accept(t.Context(), b, a)
			default:
				_, err = s.follows.Set(t.Context(), a, b, true) // asks again
			}
			if err != nil && !errors.Is(err, follow.ErrNoRequest) && !errors.Is(err, follow.ErrBlocked) {
				t.Errorf("operation %d: %v", i, err)
			}
		})
		s.wantApart(t, a, b)
	}
}

func TestOneOfManyAnswersToARequestCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds() {
		ids := s.Join(t, 2)
		a, b := ids[0], ids[1]
		s.setPrivate(t, b, true)
		s.follow(t, a, b)
		answers := make([]error, 4)
		atOnce(4, func(i int) {
			if i%2 == 0 {
				_, answers[i] = s.follows.Accept(t.Context(), b, a)
			} else {
				answers[i] = s.follows.Decline(t.Context(), b, a)
			}
		})
		accepted, declined := int64(0), int64(0)
		for i, err := range answers {
			switch {
			case err != nil:
				wantError(t, err, follow.ErrNoRequest)
			case i%2 == 0:
				accepted++
			default:
				declined++
			}
		}
		if accepted+declined != 1 {
			t.Errorf("%d accepted and %d declined, want one answer", accepted, declined)
		}
		s.wantCounts(t, a, 0, accepted)
		s.wantCounts(t, b, accepted, 0)
		s.wantNotified(t, a, int(accepted), int(accepted))
	}
}

func TestConcurrentMutesAndBlocksCountOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds() {
		ids := s.Join(t, 3)
		atOnce(8, func(i int) {
			set := s.follows.SetMute
			if i%2 == 0 {
				set = s.follows.SetBlock
			}
			if err := set(t.Context(), ids[0], ids[1], true); err != nil {
				t.Errorf("hide: %v", err)
			}
			if err := set(t.Context(), ids[2], ids[0], i%4 < 2); err != nil {
				t.Errorf("hide or not: %v", err)
			}
		})
		s.wantHides(t, ids[0], 2)
		relations, err := s.follows.Relations(t.Context(), ids[2], ids[:1])
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for _, on := range []bool{relations[ids[0]].Blocking, relations[ids[0]].Muting} {
			if on {
				want++
			}
		}
		s.wantHides(t, ids[2], want)
	}
}

// TestNoRequestIsLeftWhenAnAccountBecomesPublic has members ask to follow an account while it stops being private:
// each of them follows it afterwards, and none waits for an answer that nobody will give.
func TestNoRequestIsLeftWhenAnAccountBecomesPublic(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range rounds() {
		ids := s.Join(t, 7)
		b, fans := ids[0], ids[1:]
		s.setPrivate(t, b, true)
		s.follow(t, fans[0], b)
		atOnce(len(fans), func(i int) {
			if i == 0 {
				s.setPrivate(t, b, false)
				return
			}
			if _, err := s.follows.Set(t.Context(), fans[i], b, true); err != nil {
				t.Errorf("follow: %v", err)
			}
		})
		s.wantStored(t, "follow_requests", 0)
		s.wantCounts(t, b, int64(len(fans)), 0)
		for _, fan := range fans {
			s.wantCounts(t, fan, 0, 1)
			if !s.isFollowing(t, fan, b) {
				t.Errorf("%d does not follow", fan)
			}
		}
	}
}

func TestMembersWhoBlockEachOtherDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 5)
	atOnce(25, func(i int) {
		who, whom := ids[i/5], ids[i%5]
		if err := s.follows.SetBlock(t.Context(), who, whom, true); err != nil && who != whom {
			t.Errorf("%d blocks %d: %v", who, whom, err)
		}
	})
	for _, id := range ids {
		s.wantHides(t, id, 4)
	}
}
