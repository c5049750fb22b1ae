package reaction_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/review"
)

func TestADeletedMemberCannotLike(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	author := s.Join(t, 1)[0]
	r := s.reviewOf(t, author)
	if _, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: 999}, r, true); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("like: %v, want auth.ErrUserGone", err)
	}
	if _, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: 999}, 998, true); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("like of nothing: %v, want review.ErrNotFound", err)
	}
	s.wantLikes(t, r, 0)
	s.wantNotified(t, author, 0, 0)
}

func TestLikingAReviewThatIsDeletedMeanwhileIsNotFound(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		s := newStage(t)
		if s.DB.Driver() == database.SQLite {
			t.Skip("a transaction locks the database before it looks for the review")
		}
		ids := s.Join(t, 2)
		r := s.reviewOf(t, ids[0])
		var deleted error
		left := false
		defer s.DB.Break(func(_ context.Context, statement string) error { // when the author is known, and nothing is locked yet
			if !left && strings.HasPrefix(statement, "SELECT id FROM users") && strings.HasSuffix(statement, "FOR UPDATE") {
				left = true
				deleted = s.reviews.Delete(t.Context(), r)
			}
			return nil
		})()
		if _, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: ids[1]}, r, on); !errors.Is(err, review.ErrNotFound) || deleted != nil {
			t.Errorf("like %v: %v, want review.ErrNotFound (%v)", on, err, deleted)
		}
		s.wantNotified(t, ids[0], 0, 0)
	}
}

func TestTogglingALikeTooOftenIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	ids := s.Join(t, 2)
	r, other := s.reviewOf(t, ids[0]), s.reviewOf(t, ids[0])
	for range 3 {
		s.post(t, ids[1], "reviews", r, "like")
		s.post(t, ids[1], "reviews", r, "unlike")
	}
	target := fmt.Sprintf("/likes/reviews/%d/like", r)
	refused := s.POST(t, target, s.As(t, ids[1])).WantProblem(429, "too_many_requests")
	if got := refused.Header.Get("Retry-After"); got != "20" {
		t.Errorf("Retry-After %q, want 20", got)
	}
	s.wantLikes(t, r, 0)
	s.wantNotified(t, ids[0], 3, 1)
	s.post(t, ids[1], "reviews", other, "like") // every pair has a rate of its own
	s.Clock.Advance(20 * time.Second)
	s.post(t, ids[1], "reviews", r, "like")
	s.post(t, ids[1], "reviews", r, "unlike") // never refused
	s.POST(t, target, s.As(t, ids[1])).WantProblem(429, "too_many_requests")
	s.wantNotified(t, ids[0], 5, 2)
}

func TestALimiterErrorLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.Err = errors.New("the limiter is down")
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	s.POST(t, fmt.Sprintf("/likes/reviews/%d/like", r), s.As(t, ids[1])).WantProblem(500, "internal")
	s.wantLikes(t, r, 0)
	s.wantNotified(t, ids[0], 0, 0)
}

func TestARetriedTransactionHasOneEffect(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	deadlocks := 4
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Callback().Create().After("gorm:after_create").Register("test:deadlock", func(db *gorm.DB) {
			if db.Statement.Table == "review_likes" && deadlocks > 0 {
				deadlocks--
				_ = db.AddError(&mysql.MySQLError{Number: 1213, Message: "Deadlock found"})
			}
		})
	})
	s.post(t, ids[1], "reviews", r, "like") // the fifth attempt; five attempts would use up the rate of three
	s.wantLikes(t, r, 1)
	s.wantNotified(t, ids[0], 1, 1)
	for range 2 {
		s.post(t, ids[1], "reviews", r, "unlike")
		s.post(t, ids[1], "reviews", r, "like")
	}
	s.post(t, ids[1], "reviews", r, "unlike")
	if _, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: ids[1]}, r, true); !errors.Is(err, apperr.ErrTooMany) {
		t.Errorf("the fourth like: %v, want too many", err)
	}
}

func TestSixteenConcurrentLikesAreOneLike(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true // only one of them is a change, so only one is counted
	ids := s.Join(t, 2)
	r, me := s.reviewOf(t, ids[0]), s.As(t, ids[1])
	atOnce(16, func(int) {
		got := s.POST(t, fmt.Sprintf("/likes/reviews/%d/like", r), me)
		if got.Status != 200 || got.Map()["is_liked"] != true {
			t.Errorf("status %d: %s", got.Status, got.Body)
		}
	})
	if rows := s.likes(t); len(rows) != 1 {
		t.Errorf("rows %+v, want one", rows)
	}
	s.wantLikes(t, r, 1)
	s.wantNotified(t, ids[0], 1, 1)
}

func TestConcurrentLikesInBothDirectionsDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 6)
	reviews := make([]int64, len(ids))
	for i, id := range ids {
		reviews[i] = s.reviewOf(t, id)
	}
	atOnce(36, func(i int) { // both directions of every pair, where deadlocks would occur
		if _, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: ids[i/6]}, reviews[i%6], true); err != nil {
			t.Errorf("%d likes review %d: %v", ids[i/6], reviews[i%6], err)
		}
	})
	for i, id := range ids {
		s.wantLikes(t, reviews[i], 6)
		s.wantNotified(t, id, 5, 5) // not for their own like
	}
}
