package reaction_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
)

// wantReviewRatings checks the ratings that reviews have in the lists of a film and of a user and by themselves.
func (s *stage) wantReviewRatings(t *testing.T, film, author int64, want map[int64]any) {
	t.Helper()
	got := map[int64]any{}
	for _, target := range []string{fmt.Sprintf("/movies/%d/reviews", film), fmt.Sprintf("/users/%d/reviews", author)} {
		for _, row := range s.GET(t, target).Want(200).List() {
			id := int64(row["id"].(float64))
			if one := s.GET(t, fmt.Sprintf("/reviews/%d", id)).Want(200).Map()["rating"]; one != row["rating"] {
				t.Errorf("review %d has the rating %v, and %v in %s", id, one, row["rating"], target)
			}
			got[id] = row["rating"]
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("ratings of reviews %v, want %v", got, want)
	}
}

func TestAReviewHasTheRatingOfItsAuthorNow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m, other := s.Join(t, 3), s.film(t), s.film(t)
	write := func(userID, film int64, body object) int64 {
		body["movie_id"], body["title"], body["content"] = film, "제목", "내용"
		return s.POST(t, "/reviews", s.As(t, userID), testkit.JSON(body)).Want(201).ID()
	}
	first := write(ids[0], m, object{})
	s.rate(t, ids[0], other, 1)
	s.rate(t, ids[2], m, 2)
	second := s.POST(t, "/reviews", s.As(t, ids[1]), testkit.Multipart(
		testkit.Part{Name: "movie_id", Data: fmt.Append(nil, m)}, testkit.Part{Name: "title", Data: []byte("제목")}, testkit.Part{Name: "content", Data: []byte("내용")},
		testkit.Part{Name: "rating", Data: []byte("3.5")},
	)).Want(201)
	if got := second.Map()["rating"]; got != 3.5 {
		t.Errorf("the new review has the rating %v, want 3.5", got)
	}
	s.wantReviewRatings(t, m, ids[0], map[int64]any{first: nil, second.ID(): 3.5})
	s.rate(t, ids[0], m, 5)
	third := write(ids[0], other, object{"rating": 4})
	s.wantReviewRatings(t, m, ids[0], map[int64]any{first: 5.0, second.ID(): 3.5, third: 4.0})
	s.unrate(t, ids[1], m)
	s.wantReviewRatings(t, m, ids[0], map[int64]any{first: 5.0, second.ID(): nil, third: 4.0})
	s.wantRatings(t, map[[2]int64]stars.Stars{{ids[0], m}: 10, {ids[0], other}: 8, {ids[2], m}: 4})
}

func TestARefusedReviewLeavesTheRatingAsItIs(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id, m := s.Join(t, 1)[0], s.film(t)
	me := s.As(t, id)
	body := object{"movie_id": m, "title": "제목", "content": "내용", "rating": 4}
	s.POST(t, "/reviews", me, testkit.JSON(body)).Want(201)
	body["rating"] = 1
	s.POST(t, "/reviews", me, testkit.JSON(body)).WantProblem(409, "review_exists")
	body["movie_id"] = 999
	s.POST(t, "/reviews", me, testkit.JSON(body)).WantProblem(404, "not_found")
	for rating, code := range map[any]string{0: "min", 4.2: "format", "4": "type", 6: "max", nil: "type"} {
		body["rating"] = rating
		s.POST(t, "/reviews", me, testkit.JSON(body)).WantField("rating", code)
	}
	s.POST(t, "/reviews", me, testkit.Form("movie_id", "1", "title", "a", "content", "a", "rating", "")).WantField("rating", "type")
	s.wantRatings(t, map[[2]int64]stars.Stars{{id, m}: 8})
}

func TestUpdatingAReviewRatesTheFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	path, me := fmt.Sprintf("/reviews/%d", r), s.As(t, ids[0])
	before := s.GET(t, path).Map()
	for i, c := range []struct {
		body testkit.Option
		want float64
	}{
		{testkit.JSON(object{"update_rating": 4.5}), 4.5},
		{testkit.JSON(object{}), 4.5},
		{testkit.Form("update_rating", "2"), 2},
		{testkit.Multipart(testkit.Part{Name: "update_rating", Data: []byte("0.5")}), 0.5},
	} {
		s.Clock.Advance(time.Second)
		got := s.PATCH(t, path, me, c.body).Want(200).Map()
		if got["rating"] != c.want || got["updated_at"] != before["updated_at"] {
			t.Errorf("step %d: review %v, want the rating %v and no later edit", i, got, c.want)
		}
	}
	found := rows[reaction.MovieRating](t, s)
	if len(found) != 1 || !found[0].RatedAt.Equal(s.Clock.Now()) {
		t.Errorf("ratings %+v, want one of now", found)
	}
	s.PATCH(t, path, me, testkit.JSON(object{"update_title": "새 제목", "update_rating": 3})).Want(200)
	want := map[[2]int64]stars.Stars{{ids[0], found[0].MovieID}: 6}
	s.wantRatings(t, want)
	s.PATCH(t, path, s.As(t, ids[1]), testkit.JSON(object{"update_rating": 1})).WantProblem(403, "forbidden")
	s.PATCH(t, path, me, testkit.JSON(object{"update_rating": 1, "update_title": ""})).WantField("update_title", "required")
	s.PATCH(t, path, me, testkit.JSON(object{"update_rating": 0})).WantField("update_rating", "min")
	s.PATCH(t, path, me, testkit.JSON(object{"update_rating": nil})).WantField("update_rating", "type")
	s.PATCH(t, path, me, testkit.JSON(object{"rating": 1})).WantField("rating", "unknown")
	s.PATCH(t, path, me, testkit.Form("update_rating", "null")).WantField("update_rating", "type")
	s.wantRatings(t, want)
}

func TestConcurrentReviewsAndRatingsDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m := s.Join(t, 4), s.film(t)
	reviews := make([]int64, 4)
	for i, id := range ids {
		reviews[i] = s.POST(t, "/reviews", s.As(t, id), testkit.JSON(object{"movie_id": m, "title": "a", "content": "a"})).Want(201).ID()
	}
	atOnce(16, func(i int) {
		if i%2 == 0 {
			s.rate(t, ids[i%4], m, 3)
			return
		}
		s.PATCH(t, fmt.Sprintf("/reviews/%d", reviews[i%4]), s.As(t, ids[i%4]), testkit.JSON(object{"update_rating": 2, "update_title": fmt.Sprint(i)})).Want(200)
	})
	s.wantRatings(t, map[[2]int64]stars.Stars{{ids[0], m}: 6, {ids[1], m}: 4, {ids[2], m}: 6, {ids[3], m}: 4})
}
