package diary_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestSixteenConcurrentMarksAreOneMark(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	me := s.As(t, ann)
	s.PUT(t, watchlist(film), me).Want(200)
	atOnce(16, func(int) {
		if r := s.PUT(t, watched(film), me); r.Status != 200 {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
	s.wantWatched(t, ann, film)
	s.wantWatchlist(t, ann)
	atOnce(16, func(int) {
		if r := s.PUT(t, watchlist(film), me); r.Status != 200 {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
	s.wantWatchlist(t, ann, film)
	atOnce(16, func(int) {
		if r := s.DELETE(t, watched(film), me); r.Status != 204 {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
	s.wantWatched(t, ann)
}

// TestConcurrentWritesOfOneFilmLeaveConsistentRows does at once what a member can do with a film. Rating and reviewing
// mark it as MarkIn does here.
func TestConcurrentWritesOfOneFilmLeaveConsistentRows(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	film := s.film(t)
	for _, id := range ids {
		s.PUT(t, watchlist(film), s.As(t, id)).Want(200)
	}
	atOnce(32, func(i int) {
		id := ids[i/4%2]
		me := s.As(t, id)
		want, r := 200, (*testkit.Response)(nil)
		switch i % 4 {
		case 0:
			r = s.PUT(t, watched(film), me)
		case 1:
			want, r = 201, s.POST(t, "/users/me/diary", me, testkit.JSON(body{"movie_id": film, "watched_on": s.today(0), "rating": 4, "tags": []string{"a"}}))
		case 2:
			s.Write(t, func(tx *gorm.DB) error {
				if err := user.Lock(tx, id); err != nil {
					return err
				}
				if _, err := movie.Lock(tx, film); err != nil {
					return err
				}
				return s.diary.MarkIn(tx, id, film, user.Counts{})
			})
			return
		case 3:
			want, r = 204, s.DELETE(t, watchlist(film), me)
		}
		if r.Status != want {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
	for _, id := range ids {
		s.wantWatched(t, id, film)
		s.wantWatchlist(t, id)
		rewatches := 0
		rows := s.GET(t, fmt.Sprintf("/users/%d/diary?tag=a", id)).Want(200).List()
		for _, row := range rows {
			if row["rewatch"] == true {
				rewatches++
			}
		}
		if len(rows) != 4 || rewatches != 3 {
			t.Errorf("%d viewings, %d of them not the first, want 4 and 3", len(rows), rewatches)
		}
	}
}

func TestAFilmDeletedDuringWritesLeavesRightCounters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 4)
	film := s.film(t)
	atOnce(9, func(i int) {
		if i == 8 {
			if err := s.movies.Delete(t.Context(), film, auth.Viewer{Role: auth.RoleAdmin}); err != nil {
				t.Errorf("delete: %v", err)
			}
			return
		}
		r := s.POST(t, "/users/me/diary", s.As(t, ids[i%4]), testkit.JSON(body{"movie_id": film, "watched_on": s.today(0)}))
		if r.Status != 201 && r.Status != 404 {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
	for _, id := range ids {
		s.wantWatched(t, id)
	}
}

func TestUnmarkingRacesWithLogging(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	me := s.As(t, ann)
	atOnce(16, func(i int) {
		if i%2 == 0 {
			if r := s.DELETE(t, watched(film), me); r.Status != 204 && r.Status != 409 {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
			return
		}
		s.log(t, ann, film, s.today(0), nil)
	})
	s.wantWatched(t, ann, film) // the diary has it
}
