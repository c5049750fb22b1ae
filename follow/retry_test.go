package follow_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

func TestTogglingTooOftenIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	ids := s.Join(t, 3)
	a, b, c := ids[0], ids[1], ids[2]
	for range 3 {
		s.follow(t, a, b)
		s.unfollow(t, a, b)
	}
	refused := s.POST(t, fmt.Sprintf("/users/%d/follow", b), s.As(t, a)).WantProblem(429, "too_many_requests")
	if got := refused.Header.Get("Retry-After"); got != "20" {
		t.Errorf("Retry-After %q, want 20", got)
	}
	s.wantCounts(t, a, 0, 0)
	s.wantNotified(t, b, 3, 1)
	s.follow(t, a, c) // every pair has a rate of its own
	s.follow(t, b, a)
	s.Clock.Advance(20 * time.Second)
	s.follow(t, a, b)
	s.unfollow(t, a, b) // never refused
	s.POST(t, fmt.Sprintf("/users/%d/follow", b), s.As(t, a)).WantProblem(429, "too_many_requests")
	s.wantNotified(t, b, 4, 1)
}

func TestALimiterErrorLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.Err = errors.New("the limiter is down")
	ids := s.Join(t, 2)
	s.POST(t, fmt.Sprintf("/users/%d/follow", ids[1]), s.As(t, ids[0])).WantProblem(500, "internal")
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
	s.wantCounts(t, ids[1], 0, 0)
	s.wantNotified(t, ids[1], 0, 0)
}

// failCreates makes the next inserts of follows fail as a deadlock on MySQL does, after the rows were inserted.
func (s *stage) failCreates(t testing.TB, times int) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Callback().Create().After("gorm:after_create").Register("test:deadlock", func(db *gorm.DB) {
			if db.Statement.Table == "follows" && times > 0 {
				times--
				_ = db.AddError(&mysql.MySQLError{Number: 1213, Message: "Deadlock found"})
			}
		})
	})
}

func TestARetriedTransactionHasOneEffect(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	s.failCreates(t, 4)
	ids := s.Join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b) // the fifth attempt; five attempts would use up the rate of three
	s.wantCounts(t, b, 1, 0)
	s.wantNotified(t, b, 1, 1)
	s.unfollow(t, a, b)
	s.follow(t, a, b)
	s.unfollow(t, a, b)
	s.follow(t, a, b)
	if _, err := s.follows.Set(t.Context(), a, b, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.follows.Set(t.Context(), a, b, true); !errors.Is(err, apperr.ErrTooMany) {
		t.Errorf("the fourth follow: %v, want too many", err)
	}
}

func TestARolledBackFollowNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.failCreates(t, 1000)
	ids := s.Join(t, 2)
	s.POST(t, fmt.Sprintf("/users/%d/follow", ids[1]), s.As(t, ids[0])).WantProblem(503, "busy")
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
	s.wantCounts(t, ids[0], 0, 0)
	s.wantNotified(t, ids[1], 0, 0)
}
