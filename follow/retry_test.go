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
	s.limiter.on = true
	ids := s.join(t, 3)
	a, b, c := ids[0], ids[1], ids[2]
	for range 3 {
		s.follow(t, a, b)
		s.unfollow(t, a, b)
	}
	refused := s.POST(t, fmt.Sprintf("/users/%d/follow", b), s.as(t, a)).WantProblem(429, "too_many_requests")
	if got := refused.Header.Get("Retry-After"); got != "20" {
		t.Errorf("Retry-After %q, want 20", got)
	}
	s.wantCounts(t, a, 0, 0)
	s.wantTold(t, b, 3, 1)
	s.follow(t, a, c) // another pair has its own rate
	s.follow(t, b, a)
	s.Clock.Advance(20 * time.Second)
	s.follow(t, a, b)
	s.unfollow(t, a, b) // is never refused
	s.POST(t, fmt.Sprintf("/users/%d/follow", b), s.as(t, a)).WantProblem(429, "too_many_requests")
	s.wantTold(t, b, 4, 1)
}

func TestALimiterThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.fail = errors.New("no limiter today")
	ids := s.join(t, 2)
	s.POST(t, fmt.Sprintf("/users/%d/follow", ids[1]), s.as(t, ids[0])).WantProblem(500, "internal")
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
	s.wantCounts(t, ids[1], 0, 0)
	s.wantTold(t, ids[1], 0, 0)
}

// failCreates has the next inserts of follows fail as a deadlock does on MySQL, after they were made.
func (s *stage) failCreates(t testing.TB, times int) {
	t.Helper()
	s.write(t, func(tx *gorm.DB) error {
		return tx.Callback().Create().After("gorm:after_create").Register("test:deadlock", func(db *gorm.DB) {
			if db.Statement.Table == "follows" && times > 0 {
				times--
				_ = db.AddError(&mysql.MySQLError{Number: 1213, Message: "Deadlock found"})
			}
		})
	})
}

func TestATransactionThatIsRunAgainHasOneEffect(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.on = true
	s.failCreates(t, 4)
	ids := s.join(t, 2)
	a, b := ids[0], ids[1]
	s.follow(t, a, b) // the fifth try; five tries would use up the rate of three
	s.wantCounts(t, b, 1, 0)
	s.wantTold(t, b, 1, 1)
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

func TestAFollowThatRollsBackTellsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.failCreates(t, 1000)
	ids := s.join(t, 2)
	s.POST(t, fmt.Sprintf("/users/%d/follow", ids[1]), s.as(t, ids[0])).WantProblem(503, "busy")
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
	s.wantCounts(t, ids[0], 0, 0)
	s.wantTold(t, ids[1], 0, 0)
}
