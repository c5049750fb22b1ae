package movie_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
)

func TestTheAverageIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sum, count int64
		want       float64
	}{
		{1, 1, 0.5},
		{10, 1, 5},
		{9, 2, 2.25},
		{7, 3, 1.17},        // 1.1666…
		{20, 3, 3.33},       // 3.3333…
		{645, 200, 1.61},    // 1.6125
		{323, 100, 1.62},    // 1.615
		{9999, 1000, 5},     // 4.9995
		{9989, 1000, 4.99},  // 4.9945, which binary fractions would round up or down
		{10e9, 1e9, 5},      // no overflow
		{1e9 + 1, 1e9, 0.5}, // 0.5000000005
	} {
		if got := movie.Average(c.sum, c.count); got == nil || *got != c.want {
			t.Errorf("the average of %d half-stars in %d ratings is %v, want %v", c.sum, c.count, got, c.want)
		}
	}
	if got := movie.Average(0, 0); got != nil {
		t.Errorf("the average of nothing is %v, want nil", *got)
	}
}

// rate adds ratings to the counters of a film, of so many half-stars in all.
func (s *stage) rate(t *testing.T, id, ratings, halfStars int64) {
	t.Helper()
	s.count(t, id, movie.Counts{Ratings: ratings, HalfStars: halfStars})
}

func TestListsAreSortedByRatingsAndReviews(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i, genre := range []string{"SF", "Drama", "SF", "Drama", "SF", "SF"} {
		s.addDirectly(t, movie.Draft{Title: string(rune('a' + i)), Genre: genre})
	}
	s.rate(t, 1, 1, 10)   // (30 + 5) / 11 = 3.18
	s.rate(t, 2, 20, 160) // (30 + 80) / 30 = 3.67
	s.rate(t, 3, 30, 60)  // (30 + 30) / 40 = 1.5
	s.rate(t, 5, 2, 15)   // (30 + 7.5) / 12 = 3.125
	s.rate(t, 6, 3, 3)
	s.rate(t, 6, -3, -3) // all taken back
	s.rate(t, 4, 1, 1)
	s.rate(t, 4, 0, 9) // rated anew, as the first film
	for id, reviews := range map[int64]int64{5: 3, 3: 3, 2: 1} {
		s.count(t, id, movie.Counts{Reviews: reviews})
	}
	s.count(t, 1, movie.Counts{Likes: 9})
	for query, want := range map[string][][]string{
		"sort=-rating":                     {{"b", "d", "a", "e", "c", "f"}},
		"sort=-rating&limit=2":             {{"b", "d"}, {"a", "e"}, {"c", "f"}},
		"sort=-rating&limit=1&genre=SF":    {{"a"}, {"e"}, {"c"}, {"f"}},
		"sort=-rating&limit=3&genre=Drama": {{"b", "d"}},
		"sort=-rating_count&limit=4":       {{"c", "b", "e", "d"}, {"a", "f"}},
		"sort=-rating_count&genre=Drama":   {{"b", "d"}},
		"sort=-review_count&limit=3":       {{"e", "c", "b"}, {"f", "d", "a"}},
		"sort=-review_count&genre=SF":      {{"e", "c", "f", "a"}},
		"sort=-rating&title=c":             {{"c"}},
	} {
		if diff := cmp.Diff(want, s.walk(t, "/movies?"+query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	for _, sort := range []string{"rating", "rating_count", "review_count", "-rating_average", "-rating_score"} {
		s.GET(t, "/movies?sort="+sort).WantField("sort", "enum")
	}
	first := s.GET(t, "/movies?sort=-rating&limit=1").Want(http.StatusOK).List()[0]
	if first["rating_count"] != 20.0 || first["rating_average"] != 4.0 {
		t.Errorf("the best film is %v", first)
	}
}

func TestRatingsAreDroppedFromManyFilms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 3 {
		s.addDirectly(t, movie.Draft{Title: "a", Genre: "SF"})
	}
	s.rate(t, 1, 1, 7)
	s.rate(t, 2, 2, 10)
	s.rate(t, 3, 1, 7)
	s.Write(t, func(tx *gorm.DB) error { return movie.DropRatings(tx, 7, []int64{2, 1}) })
	want := []movie.Movie{{}, {RatingCount: 1, RatingSum: 3, RatingScore: 63 * 500_000_000 / 11}, {RatingCount: 1, RatingSum: 7, RatingScore: 67 * 500_000_000 / 11}}
	for i, w := range want {
		m, err := s.movies.Get(t.Context(), int64(i+1))
		if err != nil || m.RatingCount != w.RatingCount || m.RatingSum != w.RatingSum || m.RatingScore != w.RatingScore {
			t.Errorf("film %d: %d, %d, %d, want %d, %d, %d (%v)", i+1, m.RatingCount, m.RatingSum, m.RatingScore, w.RatingCount, w.RatingSum, w.RatingScore, err)
		}
	}
}
