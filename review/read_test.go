package review_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// ids returns the ids of a list.
func ids(r *testkit.Response) []int64 {
	out := []int64{}
	for _, one := range r.Want(200).List() {
		out = append(out, int64(one["id"].(float64)))
	}
	return out
}

// walk returns the ids of all pages from target on.
func (s *stage) walk(t *testing.T, target string, options ...testkit.Option) []int64 {
	t.Helper()
	all := []int64{}
	for target != "" {
		r := s.GET(t, target, options...)
		all = append(all, ids(r)...)
		target = r.Next()
	}
	return all
}

func TestReviewsArePublic(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	r := s.GET(t, path(written)).Want(200)
	if _, there := r.Map()["is_liked"]; there {
		t.Error("is_liked is sent to an anonymous reader")
	}
	if got := r.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control %q", got)
	}
	s.GET(t, path(written), testkit.Header("If-None-Match", r.Header.Get("ETag"))).Want(304)
	s.GET(t, path(written), testkit.As("not a token")).Want(200)
}

func TestTheETagOfAReviewChangesWithItsLikes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	before := s.GET(t, path(written))
	s.Clock.Advance(60e9)
	s.like(t, written, 1)
	after := s.GET(t, path(written), testkit.Header("If-None-Match", before.Header.Get("ETag"))).Want(200)
	if got := after.Map()["like_count"]; got != 1.0 {
		t.Errorf("like_count %v", got)
	}
	if after.Map()["updated_at"] != before.Map()["updated_at"] {
		t.Error("a like changed updated_at")
	}
}

func TestAnUnknownReviewIsNotFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, one := range []string{"1", "9223372036854775807", "99999999999999999999"} {
		en := s.GET(t, "/reviews/"+one).WantProblem(404, "not_found").Problem().Detail
		ko := s.GET(t, "/reviews/"+one, testkit.Header("Accept-Language", "ko")).Problem().Detail
		if en != "There is no such review." || ko != "해당 리뷰를 찾을 수 없습니다." {
			t.Errorf("detail %q and %q", en, ko)
		}
	}
	for _, one := range []string{"0", "abc", "-1", "1.0"} {
		s.GET(t, "/reviews/"+one).WantField("review_id", "type")
	}
	s.GET(t, "/reviews/1?x=1").WantField("x", "unknown")
	s.GET(t, "/reviews/1/").Want(404)
}

func TestASignedInReaderSeesWhatTheyLike(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second := s.write(t, s.ann, s.film), s.write(t, s.bob, s.film)
	if got := s.GET(t, path(first), s.As(t, s.bob.ID)).Map()["is_liked"]; got != false {
		t.Errorf("is_liked %v without Likes", got)
	}
	fake := &likes{liked: map[[2]int64]bool{{s.bob.ID, first}: true}}
	s.reviews.UseLikes(fake)
	one := s.GET(t, path(first), s.As(t, s.bob.ID)).Want(200)
	if one.Map()["is_liked"] != true || one.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("is_liked %v, Cache-Control %q", one.Map()["is_liked"], one.Header.Get("Cache-Control"))
	}
	if got := s.GET(t, path(first), s.As(t, s.ann.ID)).Map()["is_liked"]; got != false {
		t.Errorf("is_liked %v for somebody else", got)
	}
	fake.calls.Store(0)
	for _, target := range []string{"/movies/" + id(s.film.ID) + "/reviews", "/users/" + id(s.bob.ID) + "/reviews", "/users/me/reviews"} {
		for _, r := range s.GET(t, target, s.As(t, s.bob.ID)).Want(200).List() {
			if want := int64(r["id"].(float64)) == first; r["is_liked"] != want {
				t.Errorf("%s: is_liked of %v is %v", target, r["id"], r["is_liked"])
			}
		}
	}
	if n := fake.calls.Load(); n != 3 {
		t.Errorf("%d calls of LikedBy for 3 pages, want 3", n)
	}
	for _, r := range s.GET(t, "/movies/"+id(s.film.ID)+"/reviews").List() {
		if _, there := r["is_liked"]; there {
			t.Error("is_liked is sent to an anonymous reader")
		}
	}
	fake.err = errors.New("down")
	s.GET(t, path(second), s.As(t, s.bob.ID)).WantProblem(500, "internal")
	s.GET(t, "/users/me/reviews", s.As(t, s.bob.ID)).WantProblem(500, "internal")
	s.GET(t, path(second)).Want(200)
}

func TestTheReviewsOfAUserComeOldestFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	want := []int64{}
	for i := range 5 {
		want = append(want, s.write(t, s.bob, s.newFilm(t, fmt.Sprintf("영화 %d", i))))
	}
	s.write(t, s.ann, s.film)
	theirs := "/users/" + id(s.bob.ID) + "/reviews"
	for _, got := range [][]int64{
		ids(s.GET(t, theirs)), s.walk(t, theirs+"?limit=2"), s.walk(t, theirs+"?limit=5"), s.walk(t, theirs+"?limit=1"),
		ids(s.GET(t, "/users/me/reviews", s.As(t, s.bob.ID))), s.walk(t, "/users/me/reviews?limit=2", s.As(t, s.bob.ID)),
	} {
		if !cmp.Equal(want, got) {
			t.Error(cmp.Diff(want, got))
		}
	}
	if got := s.GET(t, theirs).List()[3]["movie_title"]; got != "영화 3" {
		t.Errorf("movie_title %v", got)
	}
	s.GET(t, "/users/me/reviews").WantProblem(401, "unauthorized")
	if got := ids(s.GET(t, "/users/me/reviews", s.As(t, s.root.ID))); len(got) != 0 {
		t.Errorf("reviews of a user without reviews: %v", got)
	}
}

func TestTheReviewsOfAFilmComeInTheRequestedOrder(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var r []int64
	for _, u := range s.members(t, 5) {
		r = append(r, s.write(t, u, s.film))
	}
	s.write(t, s.bob, s.newFilm(t, "괴물"))
	for i, n := range []int64{2, 0, 2, 7, 0} {
		s.like(t, r[i], n)
	}
	of := "/movies/" + id(s.film.ID) + "/reviews"
	for sort, want := range map[string][]int64{
		"": r, "sort=id": r, "sort=-id": {r[4], r[3], r[2], r[1], r[0]}, "sort=-like_count": {r[3], r[2], r[0], r[4], r[1]},
	} {
		for limit := range 6 {
			if got := s.walk(t, fmt.Sprintf("%s?%s&limit=%d", of, sort, limit+1)); !cmp.Equal(want, got) {
				t.Errorf("%s by %d: %s", sort, limit+1, cmp.Diff(want, got))
			}
		}
	}
	for _, bad := range []string{"like_count", "title", "-created_at", "ID"} {
		s.GET(t, of+"?sort="+bad).WantField("sort", "enum")
	}
}

func TestPagesStayRightWhileReviewsChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members := s.members(t, 6)
	var r []int64
	for _, u := range members[:5] {
		r = append(r, s.write(t, u, s.film))
	}
	first := s.GET(t, "/movies/"+id(s.film.ID)+"/reviews?limit=2")
	s.DELETE(t, path(r[0]), s.As(t, members[0].ID)).Want(204)
	s.DELETE(t, path(r[1]), s.As(t, members[1].ID)).Want(204)
	s.DELETE(t, path(r[3]), s.As(t, members[3].ID)).Want(204)
	last := s.write(t, members[5], s.film)
	if got, want := s.walk(t, first.Next()), []int64{r[2], r[4], last}; !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestListsOfUnknownUsersAndFilmsAreNotFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, one := range []string{"9999", "9223372036854775807", "99999999999999999999"} {
		film := s.GET(t, "/movies/"+one+"/reviews").WantProblem(404, "not_found").Problem().Detail
		who := s.GET(t, "/users/"+one+"/reviews").WantProblem(404, "not_found").Problem().Detail
		if film != "There is no such film." || who != "There is no such user." {
			t.Errorf("details %q and %q", film, who)
		}
	}
	for target, field := range map[string]string{
		"/movies/0/reviews": "movie_id", "/users/abc/reviews": "user_id",
	} {
		s.GET(t, target).WantField(field, "type")
	}
	for _, target := range []string{"/movies/" + id(s.film.ID) + "/reviews", "/users/" + id(s.bob.ID) + "/reviews"} {
		if got := strings.TrimSpace(string(s.GET(t, target).Want(200).Body)); got != "[]" {
			t.Errorf("%s: %s, want an empty array", target, got)
		}
	}
}

func TestListsRefuseInvalidQueries(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.write(t, s.ann, s.film)
	s.write(t, s.bob, s.film)
	film, who := "/movies/"+id(s.film.ID)+"/reviews", "/users/"+id(s.bob.ID)+"/reviews"
	for _, target := range []string{film, who} {
		s.GET(t, target+"?limit=201").WantField("limit", "max")
		s.GET(t, target+"?limit=0").WantField("limit", "min")
		s.GET(t, target+"?cursor=garbage").WantField("cursor", "format")
		s.GET(t, target+"?page=2").WantField("page", "unknown")
		s.GET(t, target+"?limit=200").Want(200)
	}
	s.GET(t, who+"?sort=id").WantField("sort", "unknown")
	next := s.GET(t, film+"?limit=1&sort=-id").Next()
	s.GET(t, strings.Replace(next, "sort=-id", "sort=-like_count", 1)).WantField("cursor", "format")
	s.GET(t, strings.Replace(next, film, who, 1)).Want(422)
}

func TestReviewsShowTheCurrentTitleOfTheFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.write(t, s.bob, s.film)
	title := "기생충: 흑백판"
	if _, err := s.movies.Update(t.Context(), s.film.ID, movie.Patch{Title: &title}); err != nil {
		t.Fatal(err)
	}
	if got := s.GET(t, path(written)).Map()["movie_title"]; got != title {
		t.Errorf("movie_title %v", got)
	}
}
