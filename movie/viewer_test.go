package movie_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// nothing is what a member has to do with a film that is new to them.
var nothing = object{"reaction": nil, "rating": nil, "watched": false, "in_watchlist": false, "review_id": nil}

func TestOnlySignedInReadersSeeWhatTheyHaveToDoWithAFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	asked := 0
	s.movies.UseViewers(func(_ context.Context, userID int64, of map[int64]*movie.Viewer) error {
		asked++
		if v := of[2]; v != nil && userID == other {
			v.Reaction, v.Rating, v.Watched, v.ReviewID = new("like"), new(stars.Stars(9)), true, new(int64(11))
		}
		return nil
	})
	for range 3 {
		s.add(t, adder, nil)
	}
	if asked != 0 {
		t.Errorf("%d questions about new films", asked)
	}
	for _, path := range []string{"/movies", "/movies/2", "/movies?title=기생"} {
		res := s.GET(t, path).Want(http.StatusOK)
		if _, found := last(res)["viewer"]; found || res.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s without an account: %s, cached as %q", path, res.Body, res.Header.Get("Cache-Control"))
		}
	}
	if asked != 0 {
		t.Errorf("%d questions for readers without an account", asked)
	}
	mine := object{"reaction": "like", "rating": 4.5, "watched": true, "in_watchlist": false, "review_id": 11.0}
	res := s.GET(t, "/movies/2", s.As(t, other)).Want(http.StatusOK)
	if diff := cmp.Diff(mine, res.Map()["viewer"]); diff != "" {
		t.Errorf("film (-want +got):\n%s", diff)
	}
	if h := res.Header; h.Get("Cache-Control") != "private, no-cache" || !cmp.Equal(h.Values("Vary")[0], "Authorization, Cookie") {
		t.Errorf("headers %v", h)
	}
	if tag := s.GET(t, "/movies/2", s.As(t, adder)).Header.Get("ETag"); tag == res.Header.Get("ETag") {
		t.Error("two readers have the same ETag for different responses")
	}
	s.GET(t, "/movies/2", s.As(t, other), testkit.Header("If-None-Match", res.Header.Get("ETag"))).Want(http.StatusNotModified)
	asked = 0
	list := s.GET(t, "/movies", s.As(t, other)).List()
	for i, want := range []object{nothing, mine, nothing} {
		if diff := cmp.Diff(want, list[i]["viewer"]); diff != "" {
			t.Errorf("film %d of the list (-want +got):\n%s", i+1, diff)
		}
	}
	if asked != 1 {
		t.Errorf("a list of three films took %d questions, want 1", asked)
	}
	s.GET(t, "/movies/2", testkit.As("expired")).Want(http.StatusOK)
	changed := s.PATCH(t, "/movies/2", s.As(t, admin), testkit.JSON(object{"plot": "p"})).Want(http.StatusOK).Map()
	if diff := cmp.Diff(nothing, changed["viewer"]); diff != "" {
		t.Errorf("changed film (-want +got):\n%s", diff)
	}
}

func TestViewersThatCannotBeLoadedAreAnError(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	s.movies.UseViewers(func(context.Context, int64, map[int64]*movie.Viewer) error { return errors.New("broken") })
	s.GET(t, path, s.As(t, adder)).WantProblem(http.StatusInternalServerError, "internal")
	s.GET(t, path).Want(http.StatusOK)
}

// last returns the film of a response, the last one of a list.
func last(res *testkit.Response) object {
	if res.Body[0] == '[' {
		all := res.List()
		return all[len(all)-1]
	}
	return res.Map()
}
