package reaction_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
)

func (s *stage) setBlock(t testing.TB, who, whom int64, on bool) {
	t.Helper()
	if err := s.follows.SetBlock(t.Context(), who, whom, on); err != nil {
		t.Fatalf("set the block of %d by %d to %v: %v", whom, who, on, err)
	}
}

func TestNeitherSideOfABlockMayLike(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	for i, fan := range ids {
		author := ids[1-i]
		r, l := s.reviewOf(t, author), s.listOf(t, author)
		s.setBlock(t, ids[0], ids[1], true)
		review := s.POST(t, fmt.Sprintf("/likes/reviews/%d/like", r), s.As(t, fan)).WantProblem(403, "blocked").Problem()
		lists := s.POST(t, fmt.Sprintf("/likes/lists/%d/like", l), s.As(t, fan)).WantProblem(403, "blocked").Problem()
		if review.Detail != follow.ErrBlocked.Text.EN || lists.Detail != follow.ErrBlocked.Text.EN {
			t.Errorf("details %q and %q, want the same for both sides", review.Detail, lists.Detail)
		}
		s.post(t, fan, "reviews", r, "unlike")
		s.post(t, fan, "lists", l, "unlike")
		s.wantLikes(t, r, 0)
		s.wantNotified(t, author, 0, 0)
		s.setBlock(t, ids[0], ids[1], false)
		s.post(t, fan, "reviews", r, "like")
		s.post(t, fan, "lists", l, "like")
		s.post(t, fan, "reviews", r, "unlike")
		s.post(t, author, "reviews", r, "like") // one's own
	}
}

func TestALikeFromBeforeABlockStaysAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	author, fan := ids[0], ids[1]
	r := s.reviewOf(t, author)
	s.post(t, fan, "reviews", r, "like")
	s.setBlock(t, author, fan, true)
	s.wantLikes(t, r, 1)
	s.wantNotified(t, author, 0, 0) // the block hides what the author was told
	s.POST(t, fmt.Sprintf("/likes/reviews/%d/like", r), s.As(t, fan)).WantProblem(403, "blocked")
	s.post(t, fan, "reviews", r, "unlike")
	s.wantLikes(t, r, 0)
}

// TestALikeIsBeforeABlockOrRefused has both begin at once: whichever is first, the author who blocked is told of nothing.
func TestALikeIsBeforeABlockOrRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	rounds := 30
	if testing.Short() {
		rounds = 8
	}
	for range rounds {
		ids := s.Join(t, 2)
		author, fan := ids[0], ids[1]
		r, l := s.reviewOf(t, author), s.listOf(t, author)
		var wg sync.WaitGroup
		begin := make(chan struct{})
		likes := make([]error, 2)
		for i, like := range []func() error{
			func() error {
				_, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: fan}, r, true)
				return err
			},
			func() error {
				_, err := s.reactions.SetListLike(t.Context(), auth.Viewer{UserID: fan}, l, true)
				return err
			},
		} {
			wg.Go(func() { <-begin; likes[i] = like() })
		}
		wg.Go(func() {
			<-begin
			if err := s.follows.SetBlock(t.Context(), author, fan, true); err != nil {
				t.Errorf("block: %v", err)
			}
		})
		close(begin)
		wg.Wait()
		for i, err := range likes {
			if err != nil && !errors.Is(err, follow.ErrBlocked) {
				t.Errorf("like %d: %v", i, err)
			}
		}
		want := 1
		if likes[0] != nil {
			want = 0
		}
		s.wantLikes(t, r, want)
		s.wantNotified(t, author, 0, 0)
	}
}
