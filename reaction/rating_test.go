package reaction_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/user"
)

type object = map[string]any

// rate rates a film over the API, which must be a 200, and returns the body.
func (s *stage) rate(t testing.TB, userID, movieID int64, rating float64) object {
	t.Helper()
	return s.PUT(t, fmt.Sprintf("/movies/%d/rating", movieID), s.As(t, userID), testkit.JSON(object{"rating": rating})).Want(200).Map()
}

func (s *stage) unrate(t testing.TB, userID, movieID int64) {
	t.Helper()
	s.DELETE(t, fmt.Sprintf("/movies/%d/rating", movieID), s.As(t, userID)).Want(204)
}

// wantRatings compares everything that is stored and counted about ratings of films with the rows, and the rows with want.
func (s *stage) wantRatings(t testing.TB, want map[[2]int64]stars.Stars) {
	t.Helper()
	got, byUser, byFilm := map[[2]int64]stars.Stars{}, map[int64]int64{}, map[int64]*stars.Histogram{}
	for _, r := range rows[reaction.MovieRating](t, s) {
		got[[2]int64{r.UserID, r.MovieID}] = r.Rating
		byUser[r.UserID]++
		if byFilm[r.MovieID] == nil {
			byFilm[r.MovieID] = &stars.Histogram{}
		}
		byFilm[r.MovieID][r.Rating-1]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ratings by member and film (-want +got):\n%s", diff)
	}
	var users []struct{ ID, RatingCount int64 }
	var films []movie.Movie
	db := s.DB.Reader(t.Context())
	if err := errors.Join(db.Table("users").Find(&users).Error, db.Find(&films).Error); err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.RatingCount != byUser[u.ID] {
			t.Errorf("user %d counts %d ratings, want %d", u.ID, u.RatingCount, byUser[u.ID])
		}
	}
	for _, m := range films {
		h := stars.Histogram{}
		if found := byFilm[m.ID]; found != nil {
			h = *found
		}
		score := int64(0)
		if h.Count() > 0 {
			score = (60 + h.Sum()) * 500_000_000 / (10 + h.Count())
		}
		if m.RatingCount != h.Count() || m.RatingSum != h.Sum() || m.RatingScore != score {
			t.Errorf("film %d counts %d ratings of %d half-stars and has the score %d, want %d, %d, %d",
				m.ID, m.RatingCount, m.RatingSum, m.RatingScore, h.Count(), h.Sum(), score)
		}
		if stored, err := s.reactions.Histogram(t.Context(), m.ID, auth.Viewer{}); err != nil || stored != h {
			t.Errorf("film %d has the histogram %v, want %v (%v)", m.ID, stored, h, err)
		}
	}
}

func TestRatingAgainChangesTheSameRowAndItsTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m := s.Join(t, 2), s.film(t)
	s.rate(t, ids[1], m, 0.5)
	var id int64
	for i, rating := range []float64{4, 4, 2.5, 5, 5} {
		s.Clock.Advance(time.Second)
		got := s.rate(t, ids[0], m, rating)
		want := object{
			"user_id": float64(ids[0]), "movie_id": float64(m), "rating": rating,
			"rated_at": s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
		row := rows[reaction.MovieRating](t, s)[1]
		if id == 0 {
			id = row.ID
		}
		if row.ID != id || !row.RatedAt.Equal(s.Clock.Now()) {
			t.Errorf("step %d: row %+v, want the id %d and the time %v", i, row, id, s.Clock.Now())
		}
		s.wantRatings(t, map[[2]int64]stars.Stars{{ids[0], m}: stars.Stars(rating * 2), {ids[1], m}: 1})
	}
	before, err := s.movies.Get(t.Context(), m)
	if err != nil || !before.UpdatedAt.Equal(before.CreatedAt) {
		t.Errorf("film %+v, %v: a rating is no edit", before, err)
	}
	s.unrate(t, ids[0], m)
	s.unrate(t, ids[0], m)
	s.wantRatings(t, map[[2]int64]stars.Stars{{ids[1], m}: 1})
	s.rate(t, ids[0], m, 3)
	s.wantRatings(t, map[[2]int64]stars.Stars{{ids[0], m}: 6, {ids[1], m}: 1})
}

func TestARatingIsIndependentOfTheReaction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, m := s.Join(t, 1)[0], s.film(t)
	s.post(t, me, "movies", m, "dislike")
	s.rate(t, me, m, 5)
	s.wantReactions(t, m, 0, 1)
	s.DELETE(t, fmt.Sprintf("/likes/movies/%d", m), s.As(t, me)).Want(204)
	s.wantRatings(t, map[[2]int64]stars.Stars{{me, m}: 10})
	s.wantNotified(t, me, 0, 0)
}

func TestTheHistogramHasAllTenKeys(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m, none := s.Join(t, 4), s.film(t), s.film(t)
	for i, rating := range []float64{0.5, 4, 4, 5} {
		s.rate(t, ids[i], m, rating)
	}
	keys := object{"0.5": 0.0, "1": 0.0, "1.5": 0.0, "2": 0.0, "2.5": 0.0, "3": 0.0, "3.5": 0.0, "4": 0.0, "4.5": 0.0, "5": 0.0}
	want := object{"movie_id": float64(none), "rating_count": 0.0, "rating_average": nil, "histogram": keys}
	if diff := cmp.Diff(want, s.GET(t, fmt.Sprintf("/movies/%d/ratings", none)).Want(200).Map()); diff != "" {
		t.Errorf("without ratings (-want +got):\n%s", diff)
	}
	keys["0.5"], keys["4"], keys["5"] = 1.0, 2.0, 1.0
	want = object{"movie_id": float64(m), "rating_count": 4.0, "rating_average": 3.38, "histogram": keys} // 3.375
	if diff := cmp.Diff(want, s.GET(t, fmt.Sprintf("/movies/%d/ratings", m)).Want(200).Map()); diff != "" {
		t.Errorf("with ratings (-want +got):\n%s", diff)
	}
}

func TestRatingsRefuseInvalidRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id, m := s.Join(t, 1)[0], s.film(t)
	me, nobody := s.As(t, id), func(*http.Request) {}
	path := fmt.Sprintf("/movies/%d/rating", m)
	valid := testkit.JSON(object{"rating": 3})
	for _, c := range []struct {
		method, target string
		as, body       testkit.Option
		status         int
		code           string
	}{
		{"PUT", path, nobody, valid, 401, "unauthorized"},
		{"PUT", "/movies/0/rating", nobody, valid, 401, "unauthorized"},
		{"PUT", path, s.As(t, 999), valid, 401, "invalid_token"},
		{"PUT", "/movies/0/rating", me, valid, 422, "validation_failed"},
		{"PUT", path + "?x=1", me, valid, 422, "validation_failed"},
		{"PUT", "/movies/999/rating", me, valid, 404, "not_found"},
		{"PUT", "/movies/99999999999999999999/rating", me, valid, 404, "not_found"},
		{"PUT", "/movies/999/rating", me, testkit.Body("text/plain", "?"), 404, "not_found"},
		{"PUT", path, me, testkit.Body("text/plain", "?"), 415, "unsupported_media_type"},
		{"PUT", path, me, testkit.Body("application/json", "{"), 400, "malformed"},
		{"POST", path, me, valid, 405, "method_not_allowed"},
		{"GET", path, me, nobody, 405, "method_not_allowed"},
		{"DELETE", path, nobody, nobody, 401, "unauthorized"},
		{"DELETE", "/movies/999/rating", me, nobody, 404, "not_found"},
		{"DELETE", "/movies/abc/rating", me, nobody, 422, "validation_failed"},
		{"GET", "/movies/999/ratings", nobody, nobody, 404, "not_found"},
		{"GET", "/movies/0/ratings", nobody, nobody, 422, "validation_failed"},
		{"GET", "/movies/999/ratings?limit=1", nobody, nobody, 422, "validation_failed"},
		{"GET", "/users/me/ratings", nobody, nobody, 401, "unauthorized"},
		{"GET", "/users/999/ratings", nobody, nobody, 404, "not_found"},
		{"GET", "/users/0/ratings", nobody, nobody, 422, "validation_failed"},
	} {
		s.Do(t, c.method, c.target, c.as, c.body).WantProblem(c.status, c.code)
	}
	for body, code := range map[string]string{
		`{}`: "required", `{"rating":null}`: "type", `{"rating":"4"}`: "type", `{"rating":0}`: "min", `{"rating":5.5}`: "max", `{"rating":4.3}`: "format",
	} {
		s.PUT(t, path, me, testkit.Body("application/json", body)).WantField("rating", code)
	}
	s.PUT(t, path, me, testkit.Body("application/json", `{"rating":4,"movie_id":1}`)).WantField("movie_id", "unknown")
	for query, want := range map[string][2]string{
		"sort=rated_at": {"sort", "enum"}, "sort=": {"sort", "enum"}, "rating=4.2": {"rating", "format"}, "rating=6": {"rating", "max"},
		"rating=": {"rating", "type"}, "rating=4&rating=4": {"rating", "repeated"}, "cursor=x": {"cursor", "format"}, "limit=0": {"limit", "min"},
	} {
		s.GET(t, fmt.Sprintf("/users/%d/ratings?%s", id, query)).WantField(want[0], want[1])
	}
	s.wantRatings(t, map[[2]int64]stars.Stars{})
}

func TestADeletedMemberCannotRate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m := s.film(t)
	_, rated := s.reactions.Rate(t.Context(), 999, m, 4)
	_, nowhere := s.reactions.Rate(t.Context(), 999, 998, 4)
	unrated := s.reactions.Unrate(t.Context(), 999, m)
	if !errors.Is(rated, auth.ErrInvalidToken) || !errors.Is(unrated, auth.ErrInvalidToken) || !errors.Is(nowhere, movie.ErrNotFound) {
		t.Errorf("errors %v, %v and %v, want auth.ErrUserGone twice and movie.ErrNotFound", rated, unrated, nowhere)
	}
}

// ratings returns the pages of a list of ratings, as pairs of film and rating.
func (s *stage) ratings(t *testing.T, target string, options ...testkit.Option) [][][2]float64 {
	t.Helper()
	var pages [][][2]float64
	for target != "" {
		res := s.GET(t, target, options...).Want(200)
		var one [][2]float64
		for _, row := range res.List() {
			one = append(one, [2]float64{row["movie"].(object)["id"].(float64), row["rating"].(float64)})
		}
		pages = append(pages, one)
		target = res.Next()
	}
	return pages
}

func TestRatingsAreListedInEveryOrder(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	for i, rating := range []float64{4, 2, 4, 5, 4} { // films 1 to 5, the last two at the same time
		m := s.film(t)
		if i < 4 {
			s.Clock.Advance(time.Second)
		}
		s.rate(t, ids[1], m, 1)
		s.rate(t, ids[0], m, rating)
	}
	s.Clock.Advance(time.Second)
	s.rate(t, ids[0], 1, 4) // moves to the top
	for query, want := range map[string][][][2]float64{
		"":                              {{{1, 4}, {5, 4}, {4, 5}, {3, 4}, {2, 2}}},
		"?limit=2":                      {{{1, 4}, {5, 4}}, {{4, 5}, {3, 4}}, {{2, 2}}},
		"?limit=1&sort=-rated_at":       {{{1, 4}}, {{5, 4}}, {{4, 5}}, {{3, 4}}, {{2, 2}}},
		"?limit=2&sort=-rating":         {{{4, 5}, {1, 4}}, {{5, 4}, {3, 4}}, {{2, 2}}},
		"?limit=1&sort=-rating":         {{{4, 5}}, {{1, 4}}, {{5, 4}}, {{3, 4}}, {{2, 2}}},
		"?limit=2&sort=rating":          {{{2, 2}, {3, 4}}, {{5, 4}, {1, 4}}, {{4, 5}}},
		"?rating=4.0":                   {{{1, 4}, {5, 4}, {3, 4}}},
		"?rating=4&limit=2":             {{{1, 4}, {5, 4}}, {{3, 4}}},
		"?rating=4&limit=2&sort=rating": {{{3, 4}, {5, 4}}, {{1, 4}}},
		"?rating=0.5":                   {nil},
	} {
		for path, as := range map[string]testkit.Option{
			fmt.Sprintf("/users/%d/ratings", ids[0]): func(*http.Request) {}, "/users/me/ratings": s.As(t, ids[0]),
		} {
			if diff := cmp.Diff(want, s.ratings(t, path+query, as)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path+query, diff)
			}
		}
	}
	first := s.GET(t, "/users/me/ratings", s.As(t, ids[0])).Want(200).List()[0]
	want := object{
		"rating": 4.0, "rated_at": s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano),
		"movie": object{"id": 1.0, "title": "기생충 🎬", "year": nil, "poster_image_url": nil},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.GET(t, fmt.Sprintf("/users/%d/ratings", s.Join(t, 1)[0])).Want(200).List(); len(got) != 0 {
		t.Errorf("ratings %v, want none", got)
	}
}

func TestDeletingAnAccountOrAFilmKeepsTheCountersOfRatings(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, films := s.Join(t, 3), []int64{s.film(t), s.film(t), s.film(t)}
	for i, id := range ids {
		for j, m := range films {
			s.rate(t, id, m, float64(i+j+1)/2)
		}
	}
	s.unrate(t, ids[2], films[2])
	if err := s.users.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	s.wantRatings(t, map[[2]int64]stars.Stars{
		{ids[1], films[0]}: 2, {ids[1], films[1]}: 3, {ids[1], films[2]}: 4, {ids[2], films[0]}: 3, {ids[2], films[1]}: 4,
	})
	if err := s.movies.Delete(t.Context(), films[0], auth.Viewer{UserID: ids[1]}); err != nil {
		t.Fatal(err)
	}
	s.wantRatings(t, map[[2]int64]stars.Stars{{ids[1], films[1]}: 3, {ids[1], films[2]}: 4, {ids[2], films[1]}: 4})
	if left := countOf(t, s, "rating_histograms"); left != 2 {
		t.Errorf("%d histograms remain, want 2", left)
	}
}

func countOf(t testing.TB, s *stage, table string) (n int64) {
	t.Helper()
	if err := s.DB.Reader(t.Context()).Table(table).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSixteenEqualRatingsAreOneRating(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, m := s.Join(t, 1)[0], s.film(t)
	atOnce(16, func(int) { s.rate(t, me, m, 4.5) })
	s.wantRatings(t, map[[2]int64]stars.Stars{{me, m}: 9})
}

func TestSixteenDifferentRatingsKeepTheCountersRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m := s.Join(t, 6), s.film(t)
	other := s.film(t)
	atOnce(16, func(i int) { s.rate(t, ids[0], m, float64(i%10+1)/2) }) // of one member
	atOnce(16, func(i int) {                                            // of several, who take some back
		if i%4 == 3 {
			s.unrate(t, ids[i%5+1], other)
			return
		}
		s.rate(t, ids[i%5+1], other, float64(i%10+1)/2)
	})
	found := rows[reaction.MovieRating](t, s)
	if len(found) == 0 || found[0].UserID != ids[0] || found[0].MovieID != m {
		t.Fatalf("rows %+v, want one of %d first", found, ids[0])
	}
	want := map[[2]int64]stars.Stars{}
	for _, r := range found {
		want[[2]int64{r.UserID, r.MovieID}] = r.Rating
	}
	if len(want) != len(found) {
		t.Errorf("rows %+v, want one for each member and film", found)
	}
	s.wantRatings(t, want)
}

func TestRatingWhileTheFilmOrTheMemberIsDeletedKeepsTheCounters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m, kept := s.Join(t, 8), s.film(t), s.film(t)
	atOnce(16, func(i int) {
		switch i {
		case 7:
			if err := s.movies.Delete(t.Context(), m, auth.Viewer{UserID: ids[0], Role: auth.RoleAdmin}); err != nil {
				t.Errorf("delete the film: %v", err)
			}
		case 8:
			if err := s.users.Delete(t.Context(), ids[0]); err != nil {
				t.Errorf("delete the member: %v", err)
			}
		default:
			for _, film := range []int64{m, kept} {
				_, err := s.reactions.Rate(t.Context(), ids[i%8], film, stars.Stars(i%10+1))
				if err != nil && !errors.Is(err, movie.ErrNotFound) && !errors.Is(err, auth.ErrInvalidToken) {
					t.Errorf("rate: %v", err)
				}
			}
		}
	})
	want := map[[2]int64]stars.Stars{}
	for _, r := range rows[reaction.MovieRating](t, s) {
		want[[2]int64{r.UserID, r.MovieID}] = r.Rating
	}
	s.wantRatings(t, want)
}

func TestRatingMarksTheFilmWatchedInTheSameTransaction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, m := s.Join(t, 1), s.film(t)
	var marked [][2]int64
	refusal := errors.New("refused")
	var fail error
	rating := reaction.New(reaction.Deps{
		DB: s.DB, Users: s.users, Movies: s.movies, Reviews: s.reviews, Lists: s.lists, Clock: s.Clock.Now,
		Watched: func(tx *gorm.DB, userID, movieID int64, counts user.Counts) error {
			var found int64
			if err := tx.Model(&reaction.MovieRating{}).Where("user_id = ? AND movie_id = ?", userID, movieID).Count(&found).Error; err != nil || found != 1 {
				t.Errorf("%d ratings when the film is marked, want 1 (%v)", found, err)
			}
			marked = append(marked, [2]int64{userID, movieID})
			return errors.Join(user.AddCounts(tx, userID, counts), fail)
		},
	})
	for _, r := range []stars.Stars{4, 4, 6} { // also with the same rating
		if _, err := rating.Rate(t.Context(), ids[0], m, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return rating.RateIn(tx, ids[0], m, 7, s.Clock.Now()) }); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rating.Unrate(t.Context(), ids[0], m), rating.Unrate(t.Context(), ids[0], m)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][2]int64{{ids[0], m}, {ids[0], m}, {ids[0], m}, {ids[0], m}}, marked); diff != "" {
		t.Errorf("marked (-want +got):\n%s", diff)
	}
	fail = refusal
	if _, err := rating.Rate(t.Context(), ids[0], m, 4); !errors.Is(err, refusal) {
		t.Errorf("rate: %v, want the error of the mark", err)
	}
	s.wantRatings(t, map[[2]int64]stars.Stars{})
}
