package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/reaction"
)

// TestFilmsShowWhatTheReaderHasToDoWithThem asks with one film and with many, at the same number of queries.
func TestFilmsShowWhatTheReaderHasToDoWithThem(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	me, other := apptest.Member(t, a, "me", auth.RoleMember), apptest.Member(t, a, "other", auth.RoleMember)
	mine := apptest.Review(t, a, me.ID)
	apptest.Review(t, a, other.ID)
	reviewed, err := a.Reviews.Get(t.Context(), mine, auth.Viewer{})
	if err != nil {
		t.Fatal(err)
	}
	film := reviewed.MovieID
	for userID, kind := range map[int64]reaction.Type{me.ID: reaction.Dislike, other.ID: reaction.Like} {
		if _, err := a.Reactions.React(t.Context(), userID, film, kind); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		apptest.Film(t, a, other.ID)
	}
	if _, err := a.Diary.Mark(t.Context(), me.ID, film); err != nil {
		t.Fatal(err)
	}
	rating := reaction.MovieRating{UserID: me.ID, MovieID: film, Rating: 9, RatedAt: time.Now()}
	if err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&rating).Error }); err != nil {
		t.Fatal(err)
	}
	token := apptest.SignIn(t, a, me).Access
	got := ask[map[string]any](t, a, token, fmt.Sprintf("/movies/%d", film))
	want := map[string]any{"reaction": "dislike", "rating": 4.5, "watched": true, "in_watchlist": false, "review_id": float64(mine)}
	if diff := cmp.Diff(want, got["viewer"]); diff != "" {
		t.Errorf("viewer (-want +got):\n%s", diff)
	}
	queries := func(target string, films int) (n int) {
		defer a.DB.Watch(func(string, []any) { n++ })()
		if list := ask[[]map[string]any](t, a, token, target); len(list) != films {
			t.Errorf("%s: %d films, want %d", target, len(list), films)
		}
		return n
	}
	if one, many := queries("/movies?limit=1", 1), queries("/movies?limit=20", 20); one != many {
		t.Errorf("a page of one film takes %d queries and one of 20 takes %d", one, many)
	}
}

// ask sends a GET that must be answered with 200.
func ask[T any](t *testing.T, a *app.App, token, target string) (body T) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s (%v)", target, w.Code, w.Body, err)
	}
	return body
}
