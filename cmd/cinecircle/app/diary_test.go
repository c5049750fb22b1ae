package app_test

import (
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/review"
)

// viewerOf returns what a member has to do with a film.
func viewerOf(t *testing.T, a *app.App, userID, movieID int64) movie.Viewer {
	t.Helper()
	of, err := a.Movies.ViewerOf(t.Context(), userID, movie.Movie{ID: movieID})
	if err != nil {
		t.Fatal(err)
	}
	return *of[movieID]
}

func TestAViewingRatesItsFilm(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	member := apptest.Member(t, a, "member", auth.RoleMember).ID
	film := apptest.Film(t, a, 0)
	if _, err := a.Diary.Want(t.Context(), member, film); err != nil {
		t.Fatal(err)
	}
	log := func(day diary.Day, rating *stars.Stars) {
		t.Helper()
		if _, err := a.Diary.Log(t.Context(), diary.Draft{UserID: member, MovieID: film, WatchedOn: day, Rating: rating}); err != nil {
			t.Fatal(err)
		}
	}
	log(2020_01_02, nil)
	if v := viewerOf(t, a, member, film); !v.Watched || v.InWatchlist {
		t.Errorf("after a viewing: %+v", v)
	}
	log(2020_01_02, new(stars.Stars(7)))
	log(2020_01_01, new(stars.Stars(3))) // not the latest
	if _, err := a.Reviews.Create(t.Context(), review.Draft{UserID: member, MovieID: film, Title: "t", Content: "c"}); err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int64][4]int64{0: {3, 1, 1, 7}, int64(time.Now().Year()): {0, 1, 1, 7}, 2020: {3, 0, 0, 0}} {
		st, err := a.Diary.Statistics(t.Context(), member, auth.Viewer{}, year)
		if got := [4]int64{st.Viewings, st.Reviews, st.Ratings.Count(), st.Ratings.Sum()}; err != nil || got != want {
			t.Errorf("statistics of %d: %v, %v, want %v", year, got, err, want)
		}
	}
}

// TestEverythingAboutAFilmAtOnceLeavesConsistentRows does at once what marks a film watched, for two members.
func TestEverythingAboutAFilmAtOnceLeavesConsistentRows(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	ctx, film := t.Context(), apptest.Film(t, a, 0)
	members := []int64{apptest.Member(t, a, "ann", auth.RoleMember).ID, apptest.Member(t, a, "bob", auth.RoleMember).ID}
	acts := []func(member int64) error{
		func(member int64) error { _, err := a.Reactions.Rate(ctx, member, film, 8); return err },
		func(member int64) error { _, err := a.Diary.Mark(ctx, member, film); return err },
		func(member int64) error { _, err := a.Reactions.React(ctx, member, film, "like"); return err },
		func(member int64) error {
			_, err := a.Diary.Log(ctx, diary.Draft{UserID: member, MovieID: film, WatchedOn: 2020_01_02, Rating: new(stars.Stars(8))})
			return err
		},
	}
	for _, member := range members {
		if _, err := a.Diary.Want(ctx, member, film); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if err := acts[i/2%len(acts)](members[i%2]); err != nil {
				t.Errorf("act %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for _, member := range members {
		u, err := a.Users.Get(ctx, member)
		if err != nil || u.WatchedCount != 1 || u.RatingCount != 1 {
			t.Errorf("member %d: %d watched, %d rated, %v, want one of each", member, u.WatchedCount, u.RatingCount, err)
		}
		if v := viewerOf(t, a, member, film); !v.Watched || v.InWatchlist {
			t.Errorf("member %d: %+v", member, v)
		}
		if st, err := a.Diary.Statistics(ctx, member, auth.Viewer{}, 0); err != nil || st.Viewings != 4 || st.Rewatches != 3 || st.Ratings != (stars.Histogram{7: 1}) {
			t.Errorf("member %d: %+v, %v", member, st, err)
		}
	}
	if m, err := a.Movies.Get(ctx, film); err != nil || m.RatingCount != 2 || m.LikeCount != 2 {
		t.Errorf("the film has %d ratings and %d likes, %v, want two of each", m.RatingCount, m.LikeCount, err)
	}
}
