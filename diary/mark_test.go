package diary_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

func TestMarkingAFilmIsIdempotentAndCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 2)[0], s.film(t)
	want := map[string]any{"movie_id": float64(film), "watched": true, "last_watched_on": nil}
	for range 2 {
		if diff := cmp.Diff(want, s.PUT(t, watched(film), s.As(t, ann)).Want(200).Map()); diff != "" {
			t.Errorf("mark (-want +got):\n%s", diff)
		}
		s.Clock.Advance(time.Minute)
	}
	s.wantWatched(t, ann, film)
	s.wantWatched(t, ann+1)
	marked := s.GET(t, "/users/me/watched", s.As(t, ann)).Want(200).List()[0]
	card := map[string]any{"id": float64(film), "title": "기생충 🎬", "year": nil, "poster_image_url": nil}
	at := s.Clock.Now().Add(-2 * time.Minute).In(s.Zone).Format(time.RFC3339Nano)
	if diff := cmp.Diff(map[string]any{"marked_at": at, "last_watched_on": nil, "movie": card}, marked); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	for range 2 {
		s.DELETE(t, watched(film), s.As(t, ann)).Want(204)
	}
	s.wantWatched(t, ann)
}

func TestAFilmOnTheWatchlistKeepsItsTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	at := s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano)
	want := map[string]any{"movie_id": float64(film), "in_watchlist": true, "added_at": at}
	for range 2 {
		if diff := cmp.Diff(want, s.PUT(t, watchlist(film), s.As(t, ann)).Want(200).Map()); diff != "" {
			t.Errorf("add (-want +got):\n%s", diff)
		}
		s.Clock.Advance(time.Minute)
	}
	card := map[string]any{"id": float64(film), "title": "기생충 🎬", "year": nil, "poster_image_url": nil}
	rows := []map[string]any{{"added_at": at, "movie": card}}
	if diff := cmp.Diff(rows, s.GET(t, "/users/me/watchlist", s.As(t, ann)).Want(200).List()); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	for range 2 {
		s.DELETE(t, watchlist(film), s.As(t, ann)).Want(204)
	}
	s.wantWatchlist(t, ann)
}

func TestMarkingAFilmTakesItOffTheWatchlist(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	ann, bob, film, other := ids[0], ids[1], s.film(t), s.film(t)
	for _, id := range ids {
		s.PUT(t, watchlist(film), s.As(t, id)).Want(200)
	}
	s.PUT(t, watchlist(other), s.As(t, ann)).Want(200)
	s.PUT(t, watched(film), s.As(t, ann)).Want(200)
	s.wantWatchlist(t, ann, other)
	s.wantWatchlist(t, bob, film)
	s.PUT(t, watchlist(film), s.As(t, ann)).Want(200) // to watch it again
	s.wantWatched(t, ann, film)
	s.wantWatchlist(t, ann, film, other)
	s.PUT(t, watched(film), s.As(t, ann)).Want(200)
	s.wantWatchlist(t, ann, other)
}

func TestMarkInMarksInARunningTransaction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	s.PUT(t, watchlist(film), s.As(t, ann)).Want(200)
	for range 2 {
		s.Write(t, func(tx *gorm.DB) error { return s.diary.MarkIn(tx, ann, film, user.Counts{}) })
	}
	s.wantWatched(t, ann, film)
	s.wantWatchlist(t, ann)
}

func TestMarksAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, film := s.Join(t, 1)[0], s.film(t)
	for _, list := range []string{"watched", "watchlist"} {
		for _, method := range []string{"PUT", "DELETE"} {
			mine := "/users/me/" + list + "/"
			s.Do(t, method, mine+fmt.Sprint(film)).WantProblem(401, "unauthorized")
			s.Do(t, method, mine+"0", s.As(t, ann)).WantField("movie_id", "type")
			s.Do(t, method, mine+fmt.Sprint(film+1), s.As(t, ann)).WantProblem(404, "not_found")
			s.Do(t, method, mine+fmt.Sprint(film)+"?x=1", s.As(t, ann)).WantField("x", "unknown")
		}
		s.GET(t, "/users/me/"+list).WantProblem(401, "unauthorized")
		s.GET(t, fmt.Sprintf("/users/%d/%s", ann+1, list)).WantProblem(404, "not_found")
		s.GET(t, fmt.Sprintf("/users/%d/%s?limit=201", ann, list)).WantField("limit", "max")
		s.GET(t, fmt.Sprintf("/users/%d/%s?cursor=x", ann, list)).WantField("cursor", "format")
	}
	if err := s.diary.Unmark(t.Context(), ann+1, film); err == nil || err.Error() != auth.ErrUserGone.Error() {
		t.Errorf("a member who is gone: %v, want %v", err, auth.ErrUserGone)
	}
}

func TestListsAreTheLatestFirstAndPaged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.Join(t, 1)[0]
	var films []int64
	for i := range 7 {
		film := s.film(t)
		films = append([]int64{film}, films...)
		s.PUT(t, watchlist(film), s.As(t, ann)).Want(200)
		if i%2 == 0 { // pairs have the same time
			s.Clock.Advance(time.Second)
		}
	}
	s.wantPages(t, fmt.Sprintf("/users/%d/watchlist?limit=2", ann), films)
	for i := range films {
		film := films[len(films)-1-i]
		s.PUT(t, watched(film), s.As(t, ann)).Want(200)
	}
	s.wantPages(t, fmt.Sprintf("/users/%d/watched?limit=2", ann), films)
	s.wantWatchlist(t, ann)
}

// wantPages follows a list from page to page.
func (s *stage) wantPages(t testing.TB, next string, films []int64) {
	t.Helper()
	var got []int64
	for list := next; next != ""; {
		res := s.GET(t, next).Want(200)
		for _, row := range res.List() {
			got = append(got, int64(row["movie"].(map[string]any)["id"].(float64)))
		}
		if next = res.Next(); len(got) > 2*len(films) {
			t.Fatalf("%s does not end", list)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(films) {
		t.Errorf("films %v, want %v", got, films)
	}
}

func TestOfViewerSaysWhatAMemberHasMarked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	a, b, c := s.film(t), s.film(t), s.film(t)
	s.PUT(t, watched(a), s.As(t, ids[0])).Want(200)
	s.PUT(t, watchlist(b), s.As(t, ids[0])).Want(200)
	s.PUT(t, watchlist(a), s.As(t, ids[0])).Want(200)
	s.PUT(t, watched(c), s.As(t, ids[1])).Want(200)
	got := map[int64]*movie.Viewer{a: {}, b: {}, c: {}}
	err := s.diary.OfViewer(t.Context(), ids[0], got)
	want := map[int64]*movie.Viewer{a: {Watched: true, InWatchlist: true}, b: {InWatchlist: true}, c: {}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestADeletedFilmLeavesTheListsAndTheCounters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	film, other := s.film(t), s.film(t)
	for _, id := range ids[:2] {
		s.PUT(t, watched(film), s.As(t, id)).Want(200)
	}
	s.PUT(t, watched(other), s.As(t, ids[0])).Want(200)
	s.PUT(t, watchlist(film), s.As(t, ids[2])).Want(200)
	if err := s.movies.Delete(t.Context(), film, auth.Viewer{Role: auth.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	s.wantWatched(t, ids[0], other)
	s.wantWatched(t, ids[1])
	s.wantWatchlist(t, ids[2])
}

func TestADeletedAccountLeavesNoRows(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	film, other := s.film(t), s.film(t)
	for _, id := range ids {
		s.PUT(t, watched(film), s.As(t, id)).Want(200)
		s.PUT(t, watchlist(other), s.As(t, id)).Want(200)
	}
	if err := s.users.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"watched_films", "watchlist_films"} {
		if n := s.count(t, table); n != 1 {
			t.Errorf("%s has %d rows, want that of the other member", table, n)
		}
	}
	s.wantWatched(t, ids[1], film)
}
