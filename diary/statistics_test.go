package diary_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func stats(userID int64) string { return fmt.Sprintf("/users/%d/stats", userID) }

// figures returns some members of the statistics.
func (s *stage) figures(t testing.TB, target string, names ...string) map[string]any {
	t.Helper()
	all, some := s.GET(t, target).Want(200).Map(), map[string]any{}
	for _, name := range names {
		some[name] = all[name]
	}
	return some
}

func TestStatisticsOfNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.Join(t, 1)[0]
	want := map[string]any{
		"user_id": float64(ann), "year": nil, "movie_count": 0.0, "viewing_count": 0.0, "rewatch_count": 0.0, "minutes": 0.0, "review_count": 0.0,
		"rating_average": nil, "genres": []any{}, "directors": []any{},
		"histogram": map[string]any{"0.5": 0.0, "1": 0.0, "1.5": 0.0, "2": 0.0, "2.5": 0.0, "3": 0.0, "3.5": 0.0, "4": 0.0, "4.5": 0.0, "5": 0.0},
	}
	if diff := cmp.Diff(want, s.GET(t, stats(ann)).Want(200).Map()); diff != "" {
		t.Errorf("of all years (-want +got):\n%s", diff)
	}
	want["year"], want["months"] = 2020.0, []any{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}
	if diff := cmp.Diff(want, s.GET(t, stats(ann)+"?year=2020").Want(200).Map()); diff != "" {
		t.Errorf("of a year (-want +got):\n%s", diff)
	}
}

func TestStatisticsCountViewingsAndFilms(t *testing.T) {
	t.Parallel()
	var asked []string
	s := newStageWith(t, diary.Deps{
		Ratings: func(_ context.Context, userID int64, from, to *time.Time) (stars.Histogram, error) {
			asked = append(asked, fmt.Sprint("ratings of ", userID, ": ", from, " to ", to))
			return stars.Histogram{0, 1, 0, 0, 0, 0, 0, 0, 1, 1}, nil
		},
		Reviews: func(_ context.Context, userID int64, from, to time.Time) (int64, error) {
			asked = append(asked, fmt.Sprint("reviews of ", userID, ": ", from, " to ", to))
			return 7, nil
		},
	})
	ids := s.Join(t, 2)
	ann := ids[0]
	long, short := s.filmOf(t, movie.Draft{Title: "a", Playtime: 200, Genre: "War"}), s.filmOf(t, movie.Draft{Title: "b", Playtime: 10, Genre: "Comedy"})
	other := s.filmOf(t, movie.Draft{Title: "c", Playtime: 1, Genre: "War"})
	for _, v := range []struct {
		film int64
		day  string
	}{{long, "2019-12-31"}, {long, "2020-01-01"}, {long, "2020-12-31"}, {short, "2020-01-31"}, {other, "2021-01-01"}} {
		s.log(t, ann, v.film, v.day, nil)
	}
	s.log(t, ids[1], long, "2020-02-02", nil)
	s.PUT(t, watched(s.film(t)), s.As(t, ann)).Want(200) // watched, but not in the diary
	war, comedy := map[string]any{"genre": "War", "count": 2.0}, map[string]any{"genre": "Comedy", "count": 1.0}
	want := map[string]any{
		"movie_count": 3.0, "viewing_count": 5.0, "rewatch_count": 2.0, "minutes": 611.0, "review_count": 0.0, "rating_average": 3.5,
		"genres": []any{war, comedy}, "year": nil, "months": nil,
	}
	names := []string{"movie_count", "viewing_count", "rewatch_count", "minutes", "review_count", "rating_average", "genres", "year", "months"}
	if diff := cmp.Diff(want, s.figures(t, stats(ann), names...)); diff != "" {
		t.Errorf("of all years (-want +got):\n%s", diff)
	}
	want = map[string]any{
		"movie_count": 2.0, "viewing_count": 3.0, "rewatch_count": 2.0, "minutes": 410.0, "review_count": 7.0, "rating_average": 3.5,
		"genres": []any{comedy, map[string]any{"genre": "War", "count": 1.0}}, "year": 2020.0,
		"months": []any{2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0},
	}
	if diff := cmp.Diff(want, s.figures(t, stats(ann)+"?year=2020", names...)); diff != "" {
		t.Errorf("of a year (-want +got):\n%s", diff)
	}
	from, to := "2019-12-31 15:00:00 +0000 UTC", "2020-12-31 15:00:00 +0000 UTC" // the year of the zone
	if diff := cmp.Diff([]string{
		fmt.Sprintf("ratings of %d: <nil> to <nil>", ann),
		fmt.Sprintf("ratings of %d: %s to %s", ann, from, to), fmt.Sprintf("reviews of %d: %s to %s", ann, from, to),
	}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestStatisticsCountEveryGenreAndTheMostFrequentDirectors(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.Join(t, 1)[0]
	for i := range 12 { // director 0 has one film, director 1 two, …
		details := movie.Details{Genres: []string{"Drama", "War"}[:i%2+1]}
		for n := i; n < 12; n++ {
			if len(details.Directors) < 10 {
				details.Directors = append(details.Directors, fmt.Sprintf("감독 %02d", n))
			}
		}
		film := s.filmOf(t, movie.Draft{Title: "a", Details: details})
		s.log(t, ann, film, s.today(0), nil)
		s.log(t, ann, film, s.today(0), nil) // counts for the film once
	}
	got := s.GET(t, stats(ann)).Want(200).Map()
	want := []any{map[string]any{"genre": "Drama", "count": 12.0}, map[string]any{"genre": "War", "count": 6.0}}
	if diff := cmp.Diff(want, got["genres"]); diff != "" {
		t.Errorf("genres (-want +got):\n%s", diff)
	}
	directors := []any{}
	for _, d := range []struct {
		n     int
		films float64
	}{{9, 10}, {10, 10}, {11, 10}, {8, 9}, {7, 8}, {6, 7}, {5, 6}, {4, 5}, {3, 4}, {2, 3}} {
		directors = append(directors, map[string]any{"name": fmt.Sprintf("감독 %02d", d.n), "count": d.films})
	}
	if diff := cmp.Diff(directors, got["directors"]); diff != "" {
		t.Errorf("directors (-want +got):\n%s", diff)
	}
	if got["minutes"] != 0.0 {
		t.Errorf("%v minutes of films without a playtime", got["minutes"])
	}
}

// fillDiary logs n viewings of films, one on each day backwards from 2020.
func (s *stage) fillDiary(t testing.TB, userID int64, n int, films []int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		rows := make([]diary.Viewing, n)
		for i := range rows {
			day := time.Date(2020, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -i)
			rows[i] = diary.Viewing{UserID: userID, MovieID: films[i%len(films)], WatchedOn: diary.DayOf(day), Tags: "[]"}
		}
		return tx.CreateInBatches(&rows, 500).Error
	})
}

func TestStatisticsOfALargeDiaryFollowIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.Join(t, 1)[0]
	film, other := s.film(t), s.film(t)
	s.fillDiary(t, ann, 1000, []int64{film})
	want := func(viewings, minutes float64) {
		t.Helper()
		for range 2 { // counted, and kept
			got := s.figures(t, stats(ann), "viewing_count", "minutes")
			if diff := cmp.Diff(map[string]any{"viewing_count": viewings, "minutes": minutes}, got); diff != "" {
				t.Errorf("statistics (-want +got):\n%s", diff)
			}
		}
	}
	want(1000, 131_000)
	id := s.log(t, ann, other, s.today(0), nil).ID()
	want(1001, 131_131)
	if got := s.figures(t, stats(ann)+"?year="+s.today(0)[:4], "viewing_count"); got["viewing_count"] != 1.0 {
		t.Errorf("this year: %v", got)
	}
	s.patch(t, ann, id, body{"watched_on": "2020-06-01"})
	if got := s.figures(t, stats(ann)+"?year="+s.today(0)[:4], "viewing_count"); got["viewing_count"] != 0.0 {
		t.Errorf("this year after a move: %v", got)
	}
	if got := s.figures(t, stats(ann)+"?year=2020", "viewing_count"); got["viewing_count"] != 367.0 {
		t.Errorf("that year after a move: %v", got)
	}
	s.patch(t, ann, id, body{"rewatch": true})
	if got := s.figures(t, stats(ann), "rewatch_count"); got["rewatch_count"] != 1.0 {
		t.Errorf("rewatches: %v", got)
	}
	s.DELETE(t, viewing(id), s.As(t, ann)).Want(204)
	want(1000, 131_000)
	if _, err := s.movies.Update(t.Context(), film, movie.Patch{Playtime: new(int64(100))}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	want(1000, 100_000)
	if err := s.movies.Delete(t.Context(), film, auth.Viewer{Role: auth.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	want(0, 0)
}

func TestStatisticsAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.Join(t, 1)[0]
	s.GET(t, stats(ann+1)).WantProblem(404, "not_found")
	s.GET(t, "/users/0/stats").WantField("user_id", "type")
	for query, code := range map[string]string{"year=": "type", "year=x": "type", "year=1894": "min", "year=0": "min", "year=9999": "max"} {
		s.GET(t, stats(ann)+"?"+query).WantField("year", code)
	}
	s.GET(t, stats(ann)+"?month=1").WantField("month", "unknown")
}

func TestStatisticsReadTheDiaryByItsIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, _ := s.fill(t)
	for _, year := range []int64{0, int64(s.Clock.Now().Year())} {
		testkit.WantIndexed(t, s.DB, "idx_viewings_user", func() {
			if _, err := s.diary.Statistics(t.Context(), ann, auth.Viewer{}, year); err != nil {
				t.Error(err)
			}
		})
	}
}

// BenchmarkStatistics measures statistics of a member with 10,000 viewings of as many films: counted after a change of the
// diary, and kept.
func BenchmarkStatistics(b *testing.B) {
	s := newStage(b)
	ann := s.Join(b, 1)[0]
	films := make([]int64, 10_000)
	const details = `{"original_title":null,"aliases":[],"production_year":null,"genres":["%s","Short"],"directors":["감독 %d"],"countries":["KR"],"languages":["ko"],"age_grade":null,"external_ids":{}}`
	s.Write(b, func(tx *gorm.DB) error {
		rows := make([]movie.Movie, len(films))
		for i := range rows {
			films[i] = int64(i) + 1
			rows[i] = movie.Movie{
				ID: films[i], Title: "기생충", TitleKey: "기생충", Plot: "전원백수로 살 길 막막하지만 사이는 좋은 기택 가족.", CastMembers: "[]", Playtime: 131,
				Genre: movie.Genres()[i%18], Details: fmt.Sprintf(details, movie.Genres()[i%18], i%3000),
			}
		}
		return tx.CreateInBatches(&rows, 500).Error
	})
	s.fillDiary(b, ann, len(films), films)
	for _, changes := range []bool{true, false} {
		b.Run(fmt.Sprintf("changes=%t", changes), func(b *testing.B) {
			for b.Loop() {
				if changes {
					s.Clock.Advance(time.Minute)
				}
				if st, err := s.diary.Statistics(b.Context(), ann, auth.Viewer{}, 0); err != nil || st.Movies != int64(len(films)) {
					b.Fatal(st, err)
				}
			}
		})
	}
}
