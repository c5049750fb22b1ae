package review_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

func TestReviewingMarksTheFilmWatchedInItsTransaction(t *testing.T) {
	t.Parallel()
	type call struct {
		what            string
		userID, movieID int64
		rating          stars.Stars
	}
	var calls []call
	var fail error
	s := newStageWith(t, review.Deps{
		Rate: func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, _ time.Time) error {
			calls = append(calls, call{"rate", userID, movieID, rating})
			return errors.Join(tx.Error, fail)
		},
		Watched: func(tx *gorm.DB, userID, movieID, _, _ int64, _ user.Counts) error {
			calls = append(calls, call{"mark", userID, movieID, 0})
			return errors.Join(tx.Error, fail)
		},
	})
	body := func(rating any) testkit.Option {
		out := map[string]any{"movie_id": s.film.ID, "title": "a", "content": "a"}
		if rating != nil {
			out["rating"] = rating
		}
		return testkit.JSON(out)
	}
	fail = errors.New("refused")
	s.POST(t, "/reviews", s.As(t, s.ann.ID), body(nil)).WantProblem(500, "internal")
	s.POST(t, "/reviews", s.As(t, s.ann.ID), body(3)).WantProblem(500, "internal")
	s.counts(t, s.film, 0, s.ann, 0)
	fail = nil
	mine := s.POST(t, "/reviews", s.As(t, s.ann.ID), body(nil)).Want(201).ID()
	s.POST(t, "/reviews", s.As(t, s.bob.ID), body(4.5)).Want(201)
	s.PATCH(t, path(mine), s.As(t, s.ann.ID), testkit.JSON(map[string]any{"update_title": "b"})).Want(200)
	s.PATCH(t, path(mine), s.As(t, s.ann.ID), testkit.JSON(map[string]any{"update_rating": 2.5})).Want(200)
	want := []call{
		{"mark", s.ann.ID, s.film.ID, 0},
		{"rate", s.ann.ID, s.film.ID, 6},
		{"mark", s.ann.ID, s.film.ID, 0},
		{"rate", s.bob.ID, s.film.ID, 9},
		{"rate", s.ann.ID, s.film.ID, 5},
	}
	if diff := cmp.Diff(want, calls, cmp.AllowUnexported(call{})); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// The hook need not look for what the review has found already.
func TestTheHookIsToldWhetherTheFilmIsMarked(t *testing.T) {
	t.Parallel()
	var got [][2]bool
	s := newStageWith(t, review.Deps{
		Watched: func(_ *gorm.DB, _, _, marked, listed int64, _ user.Counts) error {
			got = append(got, [2]bool{marked != 0, listed != 0})
			return nil
		},
	})
	s.Write(t, func(tx *gorm.DB) error {
		now := s.Clock.Now()
		return errors.Join(
			tx.Exec("INSERT INTO watchlist_films (user_id, movie_id, added_at) VALUES (?, ?, ?)", s.ann.ID, s.film.ID, now).Error,
			tx.Exec("INSERT INTO watched_films (user_id, movie_id, marked_at) VALUES (?, ?, ?)", s.bob.ID, s.film.ID, now).Error)
	})
	for _, author := range []int64{s.ann.ID, s.bob.ID} {
		s.POST(t, "/reviews", s.As(t, author), testkit.JSON(map[string]any{"movie_id": s.film.ID, "title": "a", "content": "a"})).Want(201)
	}
	if diff := cmp.Diff([][2]bool{{false, true}, {true, false}}, got); diff != "" {
		t.Errorf("marked and listed (-want +got):\n%s", diff)
	}
}
