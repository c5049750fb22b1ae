package reaction_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
)

// state returns everything that a write of this package can change.
func (s *stage) state(t testing.TB) map[string][]map[string]any {
	t.Helper()
	out := map[string][]map[string]any{}
	for _, table := range []string{"users", "movies", "reviews", "review_likes", "movie_reactions", "movie_ratings", "rating_histograms", "notifications", "notification_states"} {
		var found []map[string]any
		if err := s.DB.Reader(t.Context()).Table(table).Order("1").Find(&found).Error; err != nil {
			t.Fatalf("load %s: %v", table, err)
		}
		out[table] = found
	}
	return out
}

func TestAFailureAtAnyStatementLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	liked, again, fresh := s.reviewOf(t, ids[0]), s.reviewOf(t, ids[0]), s.reviewOf(t, ids[0])
	film, other, third := s.film(t), s.film(t), s.film(t)
	s.post(t, ids[1], "reviews", liked, "like")
	s.post(t, ids[1], "reviews", again, "like")
	s.post(t, ids[1], "reviews", again, "unlike")
	s.post(t, ids[1], "movies", film, "like")
	s.post(t, ids[1], "movies", other, "dislike")
	s.rate(t, ids[1], film, 4)
	b := s.breakable(t)
	setLike := func(id int64, on bool) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.reactions.SetLike(ctx, auth.Viewer{UserID: ids[1]}, id, on)
			return err
		}
	}
	react := func(id int64, kind reaction.Type) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.reactions.React(ctx, ids[1], id, kind); return err }
	}
	rate := func(id int64, rating stars.Stars) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.reactions.Rate(ctx, ids[1], id, rating); return err }
	}
	for name, write := range map[string]func(context.Context) error{
		"a first like":     setLike(fresh, true),
		"a second like":    setLike(again, true),
		"an unlike":        setLike(liked, false),
		"a first reaction": react(third, reaction.Like),
		"another reaction": react(film, reaction.Dislike),
		"no reaction":      react(film, reaction.None),
		"a first rating":   rate(third, 5),
		"another rating":   rate(film, 5),
		"no rating":        func(ctx context.Context) error { return s.reactions.Unrate(ctx, ids[1], film) },
		"a deletion":       func(ctx context.Context) error { return s.users.Delete(ctx, ids[1]) },
	} {
		s.breakEach(t, b, name, write)
	}
}

// breakEach makes every statement of a write fail in turn and checks that nothing remains.
func (s *stage) breakEach(t *testing.T, b *breaker, name string, write func(context.Context) error) {
	t.Helper()
	undo := errors.New("undo") // so that each attempt starts from the same state
	before, n := s.state(t), 0
	for err := error(nil); !errors.Is(err, undo); {
		n++
		b.left = n
		err = s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			if err := write(tx.Statement.Context); err != nil {
				return err
			}
			return undo
		})
		b.left = 0
		if !errors.Is(err, undo) && !errors.Is(err, errBroken) {
			t.Errorf("%s, statement %d: error %v, want the injected one", name, n, err)
			return
		}
		if diff := cmp.Diff(before, s.state(t)); diff != "" {
			t.Errorf("%s, statement %d (-before +after):\n%s", name, n, diff)
		}
	}
	if n < 4 {
		t.Errorf("%s took %d statements, want at least 3", name, n-1)
	}
}

func TestReadsReturnDatabaseErrors(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 1)
	r := s.reviewOf(t, ids[0])
	b := s.breakable(t)
	for n := 1; ; n++ {
		b.left = n
		res := s.GET(t, fmt.Sprintf("/reviews/%d/like_count", r))
		if b.left > 0 {
			res.Want(200)
			break
		}
		res.WantProblem(500, "internal")
	}
	b.left = 3 // after those for the session and the review
	s.GET(t, fmt.Sprintf("/reviews/%d/is_liked", r), s.As(t, ids[0])).WantProblem(500, "internal")
}

func TestReadingACountTakesFewQueries(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 12)
	r := s.reviewOf(t, ids[0])
	for _, id := range ids {
		s.post(t, id, "reviews", r, "like")
		s.post(t, id, "movies", 1, "dislike")
	}
	b := s.breakable(t)
	for target, want := range map[string]int{
		fmt.Sprintf("/reviews/%d/like_count", r): 2, // one of them is who may see it
		"/movies/1/reaction_count":               1,
	} {
		b.left = 0
		s.GET(t, target).Want(200)
		if b.left != -want {
			t.Errorf("%s takes %d statements, want %d", target, -b.left, want)
		}
	}
}
