package reaction_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
)

func reacted(id, userID, movieID int64, kind string) map[string]any {
	return map[string]any{"id": float64(id), "user_id": float64(userID), "movie_id": float64(movieID), "type": kind}
}

func TestTheOtherReactionChangesTheSameRow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, m := s.Join(t, 1)[0], s.film(t)
	var id int64
	for i, c := range []struct {
		kind            string
		likes, dislikes int
	}{{"like", 1, 0}, {"like", 1, 0}, {"dislike", 0, 1}, {"dislike", 0, 1}, {"like", 1, 0}} {
		s.Clock.Advance(time.Second)
		got := s.post(t, me, "movies", m, c.kind)
		found := rows[reaction.MovieReaction](t, s)
		if len(found) != 1 {
			t.Fatalf("step %d: rows %+v, want one", i, found)
		}
		if id == 0 {
			id = found[0].ID
		}
		if diff := cmp.Diff(reacted(id, me, m, c.kind), got); diff != "" {
			t.Errorf("step %d: response (-want +got):\n%s", i, diff)
		}
		s.wantReactions(t, m, c.likes, c.dislikes)
	}
	row := rows[reaction.MovieReaction](t, s)[0]
	if got := row.UpdatedAt.Sub(row.CreatedAt); got != 4*time.Second {
		t.Errorf("updated %v after its creation, want 4s", got)
	}
}

func TestAReactionToAFilmNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	m, err := s.movies.Create(t.Context(), ids[0], movie.Draft{Title: "괴물", Playtime: 119, Genre: "Thriller"})
	if err != nil {
		t.Fatal(err)
	}
	s.post(t, ids[1], "movies", m.ID, "like")
	s.post(t, ids[1], "movies", m.ID, "dislike")
	s.wantNotified(t, ids[0], 0, 0)
	s.wantNotified(t, ids[1], 0, 0)
}

func TestTogglingAReactionIsNotLimited(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	me, m := s.Join(t, 1)[0], s.film(t)
	for range 10 {
		s.post(t, me, "movies", m, "like")
		s.post(t, me, "movies", m, "dislike")
	}
	s.wantReactions(t, m, 0, 1)
}

func TestRemovingAReactionIsIdempotent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m := s.Join(t, 2), s.film(t)
	target := fmt.Sprintf("/likes/movies/%d", m)
	s.DELETE(t, target, s.As(t, ids[0])).Want(204) // there is no reaction
	s.post(t, ids[0], "movies", m, "dislike")
	s.post(t, ids[1], "movies", m, "like")
	s.DELETE(t, target, s.As(t, ids[0])).Want(204)
	s.wantReactions(t, m, 1, 0)
	s.DELETE(t, target, s.As(t, ids[0])).Want(204)
	s.DELETE(t, target, s.As(t, ids[1])).Want(204)
	s.wantReactions(t, m, 0, 0)
	if found := rows[reaction.MovieReaction](t, s); len(found) != 0 {
		t.Errorf("rows %+v, want none", found)
	}
	s.post(t, ids[0], "movies", m, "like")
	s.wantReactions(t, m, 1, 0)
}

func TestAReactionDoesNotChangeTheUpdateTimeOfTheFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, m := s.Join(t, 1)[0], s.film(t)
	before, err := s.movies.Get(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Hour)
	s.post(t, me, "movies", m, "dislike")
	before.DislikeCount++
	after, err := s.movies.Get(t.Context(), m)
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("film (-want +got):\n%s %v", diff, err)
	}
}

func TestReactRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, nobody := s.As(t, s.Join(t, 1)[0]), func(*http.Request) {}
	m := s.film(t)
	for _, c := range []struct {
		method, target string
		as             testkit.Option
		status         int
		code           string
	}{
		{"POST", "/likes/movies/999/like", me, 404, "not_found"},
		{"POST", "/likes/movies/999/dislike", me, 404, "not_found"},
		{"DELETE", "/likes/movies/999", me, 404, "not_found"},
		{"POST", "/likes/movies/99999999999999999999/like", me, 404, "not_found"},
		{"POST", "/likes/movies/0/like", me, 422, "validation_failed"},
		{"DELETE", "/likes/movies/abc", me, 422, "validation_failed"},
		{"POST", "/likes/movies/999/like?x=1", me, 422, "validation_failed"},
		{"POST", fmt.Sprintf("/likes/movies/%d/like", m), nobody, 401, "unauthorized"},
		{"POST", "/likes/movies/0/dislike", nobody, 401, "unauthorized"},
		{"DELETE", fmt.Sprintf("/likes/movies/%d", m), nobody, 401, "unauthorized"},
		{"DELETE", fmt.Sprintf("/likes/movies/%d", m), s.As(t, 999), 401, "invalid_token"},
		{"POST", fmt.Sprintf("/likes/movies/%d/unlike", m), me, 404, "not_found"},
		{"GET", "/movies/999/reaction_count", nobody, 404, "not_found"},
		{"GET", "/movies/0/reaction_count", nobody, 422, "validation_failed"},
		{"GET", "/movies/999/reaction_count?x=1", nobody, 422, "validation_failed"},
	} {
		s.Do(t, c.method, c.target, c.as).WantProblem(c.status, c.code)
	}
	s.wantReactions(t, m, 0, 0)
}

func TestADeletedMemberCannotReact(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m := s.film(t)
	for _, kind := range []reaction.Type{reaction.Like, reaction.None} {
		if _, err := s.reactions.React(t.Context(), 999, m, kind); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("%q: %v, want auth.ErrUserGone", kind, err)
		}
		if _, err := s.reactions.React(t.Context(), 999, 998, kind); !errors.Is(err, movie.ErrNotFound) {
			t.Errorf("%q to nothing: %v, want movie.ErrNotFound", kind, err)
		}
	}
	s.wantReactions(t, m, 0, 0)
}

func TestSixteenConcurrentReactionsAreOneReaction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, m := s.As(t, s.Join(t, 1)[0]), s.film(t)
	atOnce(16, func(int) { s.POST(t, fmt.Sprintf("/likes/movies/%d/like", m), me).Want(200) })
	if found := rows[reaction.MovieReaction](t, s); len(found) != 1 {
		t.Errorf("rows %+v, want one", found)
	}
	s.wantReactions(t, m, 1, 0)
}

func TestConcurrentReactionsKeepTheCountersRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, films := s.Join(t, 4), []int64{s.film(t), s.film(t)}
	kinds := []reaction.Type{reaction.Like, reaction.Dislike, reaction.None}
	atOnce(96, func(i int) {
		if _, err := s.reactions.React(t.Context(), ids[i%4], films[i/4%2], kinds[i/8%3]); err != nil {
			t.Errorf("react: %v", err)
		}
	})
	for _, m := range films {
		var likes, dislikes int
		for _, r := range rows[reaction.MovieReaction](t, s) {
			if r.MovieID == m && r.Type == reaction.Like {
				likes++
			} else if r.MovieID == m {
				dislikes++
			}
		}
		s.wantReactions(t, m, likes, dislikes)
	}
}
