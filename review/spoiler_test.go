package review_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// seen makes a member one who has watched all films.
func seen(who *int64) review.Deps {
	return review.Deps{WatchedAmong: func(_ context.Context, userID int64, films []int64) (map[int64]bool, error) {
		out := map[int64]bool{}
		for _, id := range films {
			out[id] = userID == *who
		}
		return out, nil
	}}
}

func TestAReviewSaysThatItIsASpoilerAndWhoMayComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	as := s.As(t, s.bob.ID)
	want := func(r *testkit.Response, spoiler bool, comments string) {
		t.Helper()
		if got := r.Map(); got["spoiler"] != spoiler || got["comments"] != comments || got["masked"] != false || got["comment_count"] != 0.0 {
			t.Errorf("%s: spoiler %v, comments %v, masked %v", r.Body, got["spoiler"], got["comments"], got["masked"])
		}
	}
	made := s.POST(t, "/reviews", as, testkit.JSON(map[string]any{"movie_id": s.film.ID, "title": "a", "content": "b", "spoiler": true, "comments": "followed"})).Want(201)
	want(made, true, "followed")
	own := path(made.ID())
	want(s.GET(t, own).Want(200), true, "followed")
	other := s.newFilm(t, "괴물")
	fields := []string{"movie_id", fmt.Sprint(other.ID), "title", "a", "content", "b"}
	second := s.POST(t, "/reviews", as, testkit.Form(append(fields, "spoiler", "true", "comments", "nobody")...)).Want(201)
	want(second, true, "nobody")
	want(s.PATCH(t, path(second.ID()), as, testkit.Form("update_spoiler", "false", "update_comments", "everyone")).Want(200), false, "everyone")
	want(s.PATCH(t, path(second.ID()), as, testkit.Form("update_title", "c")).Want(200), false, "everyone")
	s.Clock.Advance(time.Minute)
	changed := s.PATCH(t, own, as, testkit.JSON(map[string]any{"update_spoiler": false, "update_comments": "nobody"})).Want(200)
	want(changed, false, "nobody")
	if changed.Map()["updated_at"] == made.Map()["updated_at"] {
		t.Error("updated_at has not changed")
	}
	s.Clock.Advance(time.Minute)
	again := s.PATCH(t, own, as, testkit.JSON(map[string]any{"update_spoiler": false, "update_comments": "nobody"})).Want(200)
	if again.Map()["updated_at"] != changed.Map()["updated_at"] {
		t.Error("a change that changes nothing has changed updated_at")
	}
}

func TestWrongValuesForSpoilersAndComments(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	as, written := s.As(t, s.bob.ID), s.write(t, s.bob, s.film)
	draft := func(name string, value any) testkit.Option {
		return testkit.JSON(map[string]any{"movie_id": s.film.ID, "title": "a", "content": "b", name: value})
	}
	for name, c := range map[string]struct {
		value any
		code  string
	}{
		"spoiler": {"true", "type"}, "comments": {"friends", "enum"},
	} {
		s.POST(t, "/reviews", as, draft(name, c.value)).WantField(name, c.code)
		s.POST(t, "/reviews", as, draft(name, nil)).WantField(name, "type")
		s.PATCH(t, path(written), as, testkit.JSON(map[string]any{"update_" + name: c.value})).WantField("update_"+name, c.code)
		s.PATCH(t, path(written), as, testkit.JSON(map[string]any{"update_" + name: nil})).Want(422)
		s.PATCH(t, path(written), as, testkit.JSON(map[string]any{name: c.value})).WantField(name, "unknown")
	}
	for _, wrong := range []string{"1", "yes", "TRUE", ""} {
		s.PATCH(t, path(written), as, testkit.Form("update_spoiler", wrong)).WantField("update_spoiler", "type")
	}
	s.PATCH(t, path(written), as, testkit.Form("update_comments", "friends")).WantField("update_comments", "enum")
}

func TestSpoilersAreMaskedInListsOfReviews(t *testing.T) {
	t.Parallel()
	var viewer user.User
	s := newStageWith(t, seen(&viewer.ID))
	viewer = s.newUser(t, "viewer")
	hidden := s.POST(t, "/reviews", s.As(t, s.bob.ID), multipart(s.film.ID, file("review_image", "a.png", testImage(t)))).Want(201).ID()
	s.PATCH(t, path(hidden), s.As(t, s.bob.ID), testkit.JSON(map[string]any{"update_spoiler": true})).Want(200)
	s.write(t, s.ann, s.film)
	for name, c := range map[string]struct {
		reader int64
		query  string
		shown  bool
	}{
		"anonymous":                    {0, "", false},
		"anonymous, unless watched":    {0, "?spoilers=unless_watched", false},
		"anonymous who asks":           {0, "?spoilers=show", true},
		"the author":                   {s.bob.ID, "", true},
		"the author who hides":         {s.bob.ID, "?spoilers=hide", true},
		"who has watched it":           {viewer.ID, "", true},
		"who has watched it and hides": {viewer.ID, "?spoilers=hide", false},
		"who has not":                  {s.ann.ID, "", false},
		"who has not and asks":         {s.ann.ID, "?spoilers=show", true},
	} {
		var as []testkit.Option
		if c.reader != 0 {
			as = append(as, s.As(t, c.reader))
		}
		for _, list := range []string{fmt.Sprintf("/movies/%d/reviews", s.film.ID), fmt.Sprintf("/users/%d/reviews", s.bob.ID)} {
			got := s.GET(t, list+c.query, as...).Want(200).List()[0]
			if c.shown != (got["title"] != nil) || c.shown != (got["content"] != nil) || c.shown != (got["review_image_url"] != nil) || got["masked"] != !c.shown || got["spoiler"] != true {
				t.Errorf("%s%s for %s: %v", list, c.query, name, got)
			}
		}
		if got := s.GET(t, path(hidden), as...).Want(200).Map(); got["masked"] != false || got["title"] == nil || got["content"] == nil || got["review_image_url"] == nil {
			t.Errorf("alone, for %s: %v", name, got)
		}
	}
	if got := s.GET(t, "/users/me/reviews?spoilers=hide", s.As(t, s.bob.ID)).Want(200).List()[0]; got["masked"] != false {
		t.Errorf("one's own: %v", got)
	}
	s.GET(t, fmt.Sprintf("/movies/%d/reviews?spoilers=none", s.film.ID)).WantField("spoilers", "enum")
}

func TestAPageOfReviewsAsksOnceWhatWasWatched(t *testing.T) {
	t.Parallel()
	asked := 0
	s := newStageWith(t, review.Deps{WatchedAmong: func(context.Context, int64, []int64) (map[int64]bool, error) { asked++; return nil, nil }})
	for range 20 {
		written := s.write(t, s.newUser(t, "author"), s.film)
		yes := true
		if err := s.reviews.Update(t.Context(), written, review.Patch{Spoiler: &yes}); err != nil {
			t.Fatal(err)
		}
	}
	rows, _, err := s.reviews.OfMovie(t.Context(), s.film.ID, auth.Viewer{UserID: s.ann.ID}, review.SortOldest, page.Page{Limit: 50})
	if err != nil || len(rows) != 20 || asked != 1 {
		t.Errorf("%d reviews, asked %d times, %v", len(rows), asked, err)
	}
	for _, r := range rows {
		if !r.Masked() || r.Title.String()+r.Content.String() != "" {
			t.Fatalf("shown: %v", r)
		}
	}
}
