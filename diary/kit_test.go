package diary_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of the diary.
type stage struct {
	*testkit.Kit
	*testkit.API
	users  *user.Service
	movies *movie.Service
	diary  *diary.Service
}

func newStage(t testing.TB) *stage { return newStageWith(t, diary.Deps{}) }

func newStageWith(t testing.TB, d diary.Deps) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k}
	s.advanceTo(12, 0, 0)
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.movies = movie.New(movie.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now})
	d.DB, d.Users, d.Movies, d.Clock, d.Zone = k.DB, s.users, s.movies, k.Clock.Now, k.Zone
	s.diary = diary.New(d)
	s.movies.OnDelete(s.diary.PurgeMovie)
	s.API = k.API(k.Accounts())
	s.users.Routes(s.Router, k.Zone)
	s.movies.Routes(s.Router, k.Zone)
	s.diary.Routes(s.Router, k.Zone)
	return s
}

// advanceTo sets the clock to the next such time in the zone of the service.
func (s *stage) advanceTo(hour, minute, second int) {
	now := s.Clock.Now().In(s.Zone)
	y, m, d := now.Date()
	at := time.Date(y, m, d, hour, minute, second, 0, s.Zone)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	s.Clock.Advance(at.Sub(now))
}

// film adds a film and returns its id.
func (s *stage) film(t testing.TB) int64 {
	return s.filmOf(t, movie.Draft{Title: "기생충 🎬", Playtime: 131, Genre: "Drama"})
}

func (s *stage) filmOf(t testing.TB, d movie.Draft) int64 {
	t.Helper()
	m, err := s.movies.Create(t.Context(), 0, d)
	if err != nil {
		t.Fatalf("add a film: %v", err)
	}
	return m.ID
}

func watched(film int64) string   { return fmt.Sprintf("/users/me/watched/%d", film) }
func watchlist(film int64) string { return fmt.Sprintf("/users/me/watchlist/%d", film) }

// wantWatched fails the test unless the member has marked these films, the latest first, also by the counter and for anybody.
func (s *stage) wantWatched(t testing.TB, userID int64, films ...int64) {
	t.Helper()
	s.wantFilms(t, fmt.Sprintf("/users/%d/watched", userID), films)
	if got := s.GET(t, fmt.Sprintf("/users/%d", userID)).Want(200).Map()["watched_count"]; got != float64(len(films)) {
		t.Errorf("user %d has a watched_count of %v, want %d", userID, got, len(films))
	}
}

func (s *stage) wantWatchlist(t testing.TB, userID int64, films ...int64) {
	t.Helper()
	s.wantFilms(t, fmt.Sprintf("/users/%d/watchlist", userID), films)
}

func (s *stage) wantFilms(t testing.TB, list string, films []int64) {
	t.Helper()
	var got []int64
	for _, row := range s.GET(t, list).Want(200).List() {
		got = append(got, int64(row["movie"].(map[string]any)["id"].(float64)))
	}
	if fmt.Sprint(got) != fmt.Sprint(films) {
		t.Errorf("%s has the films %v, want %v", list, got, films)
	}
}

// count returns the number of rows of a table.
func (s *stage) count(t testing.TB, table string) (n int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return tx.Table(table).Count(&n).Error })
	return n
}

// atOnce runs n concurrent calls of fn.
func atOnce(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}
