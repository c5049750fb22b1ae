package diary_test

import "testing"

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
