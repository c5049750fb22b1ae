package visibility_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	paging "github.com/cinecircle/cinecircle/platform/page"
)

// filmFinders are those who find a hidden film, or what is attached to it, in a channel. In a channel that is not here nobody
// does. The author of a review reads it, with the title of its film.
var filmFinders = map[string][]string{
	"/movies/:movie_id":                {moderator},
	"/moderation/reports":              {moderator}, // which show what was reported
	"/movies/:movie_id/ratings":        {moderator},
	"/movies/:movie_id/reaction_count": {moderator},
	"/film/:movie_id":                  {moderator},
	"/film/:movie_id/collect":          {moderator},
	"/film/:movie_id/lists":            {moderator},
	"/film/:movie_id/review":           {moderator},
	"/notifications/inbox":             {self}, // the id of the film of a review of theirs
	"/reviews/:review_id":              {moderator, self},
	"/review/:review_id":               {moderator, self},
	"/users/:user_id/reviews":          {self},
	"/users/me/reviews":                {self},
	"/users/me/export":                 {self},
	"/member/:user_id":                 {self},
	"/reviews/:review_id/comments":     {moderator, self},
	"/review/:review_id/comments":      {moderator, self},
	"/comments/:comment_id":            {moderator, self},
	"/comment/:comment_id":             {moderator, self},
}

const hiddenTitle = "Ein verborgener Film"

// filmsOf returns the films that an author has reviewed and listed, seen, and wants to see.
func (w *world) filmsOf(t *testing.T, a author) []int64 {
	t.Helper()
	title := hiddenTitle
	must(w.a.Movies.Update(t.Context(), w.film, movie.Patch{Title: &title}))(t)
	films := []int64{w.film}
	for _, title := range []string{"seen-", "want-"} {
		found, _, err := w.a.Movies.List(t.Context(), movie.Filter{Title: title + a.name}, movie.SortOldest, paging.Page{Limit: 2})
		if err != nil || len(found) != 1 {
			t.Fatalf("%d films %s: %v", len(found), title, err)
		}
		films = append(films, found[0].ID)
	}
	return films
}

// hideFilms hides or restores films.
func (w *world) hideFilms(t *testing.T, films []int64, hidden bool) {
	t.Helper()
	for _, id := range films {
		err := w.a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			owner, changed, err := w.a.Movies.SetHidden(tx, id, hidden)
			if owner != 0 || !changed {
				t.Errorf("hidden %v: film of %d, changed %v; want 0, true", hidden, owner, changed)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// filmTraces are what the body at an address has of films and of what is attached to them.
func filmTraces(a author, films []int64, address, body string) (found []string) {
	for _, text := range []string{hiddenTitle, "seen-" + a.name, "want-" + a.name, fmt.Sprintf(theReview, a.name), fmt.Sprintf(theComment, a.name)} {
		if strings.Contains(body, text) {
			found = append(found, text)
		}
	}
	for _, id := range films {
		for _, path := range []string{"/film/%d[^0-9]", `"movie_id":%d[^0-9]`} {
			if link := regexp.MustCompile(fmt.Sprintf(path, id)); !link.MatchString(address+"?") && link.MatchString(body) {
				found = append(found, link.String())
			}
		}
	}
	return found
}

// TestHiddenFilmsAreNowhere looks for hidden films as every reader in every channel, and for everything as it was once they
// are restored.
func TestHiddenFilmsAreNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.authors[0]
	films := w.filmsOf(t, a)
	before, again := w.read(t, a), w.read(t, a)
	maps.DeleteFunc(before, func(at [2]string, body string) bool { return again[at] != body }) // it has the time, or a nonce
	if len(before) < len(again)/2 {
		t.Errorf("%d of %d bodies can be compared", len(before), len(again))
	}

	w.hideFilms(t, films, true)
	for at, body := range w.read(t, a) {
		path, who := at[0], at[1]
		if found := filmTraces(a, films, channels[path].target(w, a), body); len(found) > 0 && !slices.Contains(filmFinders[path], who) {
			t.Errorf("%s as %s has %q\n%s", path, who, found, body)
		}
	}
	w.wantFilmGone(t, a)
	w.wantNothingAttached(t, a)
	w.wantRight(t)

	w.hideFilms(t, films, false)
	w.wantRight(t)
	after := w.read(t, a)
	for at, body := range before {
		if after[at] != body {
			t.Errorf("%s as %s is\n%s\nand was\n%s", at[0], at[1], after[at], body)
		}
	}
}

// wantFilmGone checks that moderators find a hidden film at its paths, and others what is not there.
func (w *world) wantFilmGone(t *testing.T, a author) {
	t.Helper()
	for path := range channels {
		if !strings.HasPrefix(path, "/movies/:movie_id") && !strings.HasPrefix(path, "/film/:movie_id") {
			continue
		}
		for _, reader := range readers {
			if reader == nobody && channels[path].signIn {
				continue
			}
			got := w.send(t, http.MethodGet, channels[path].target(w, a), w.token(a, reader))
			finds := reader == moderator && !strings.HasSuffix(path, ".atom") // which is the same for everybody
			if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[finds]; got.Code != want {
				t.Errorf("%s as %s: status %d, want %d", path, reader, got.Code, want)
			}
		}
	}
	body := w.send(t, http.MethodGet, fmt.Sprintf("/movies/%d", w.film), w.tokens[moderator]).Body.String()
	if !strings.Contains(body, `"hidden":true`) {
		t.Errorf("the film does not say that it is hidden: %s", body)
	}
	for _, query := range []string{"title=verborg", "genre=Drama", "external_id=imdb:tt0000001", "sort=-review_count", "title=verborgener&sort=title"} {
		for _, reader := range readers {
			if body := w.send(t, http.MethodGet, "/movies?"+query, w.token(a, reader)).Body.String(); strings.Contains(body, hiddenTitle) {
				t.Errorf("/movies?%s as %s has the film: %s", query, reader, body)
			}
		}
	}
}

// wantNothingAttached checks that nobody attaches anything to a hidden film, or takes anything back, and that who may not see
// it cannot change it.
func (w *world) wantNothingAttached(t *testing.T, a author) {
	t.Helper()
	film := func(format string) string { return fmt.Sprintf(format, w.film) }
	for _, reader := range readers[1:] {
		for _, r := range [][3]string{
			{"PUT", film("/movies/%d/rating"), `{"rating": 3}`},
			{"DELETE", film("/movies/%d/rating"), ""},
			{"PUT", film("/users/me/watched/%d"), ""},
			{"DELETE", film("/users/me/watched/%d"), ""},
			{"PUT", film("/users/me/watchlist/%d"), ""},
			{"DELETE", film("/users/me/watchlist/%d"), ""},
			{"POST", film("/likes/movies/%d/like"), ""},
			{"DELETE", film("/likes/movies/%d"), ""},
			{"POST", "/users/me/diary", film(`{"movie_id": %d, "watched_on": "2024-01-01"}`)},
			{"POST", "/reviews", film(`{"movie_id": %d, "title": "t", "content": "c"}`)},
		} {
			got := w.sendBody(t, r[0], r[1], w.token(a, reader), r[2])
			want := http.StatusNotFound
			if r[1] == "/reviews" && reader == self && got.Code == http.StatusConflict {
				want = http.StatusConflict // their own review, which they see
			}
			if got.Code != want {
				t.Errorf("%s %s as %s: status %d, want %d: %s", r[0], r[1], reader, got.Code, want, got.Body)
			}
		}
		if reader == moderator {
			continue
		}
		if got := w.sendBody(t, "PATCH", film("/movies/%d"), w.token(a, reader), `{"plot": "taken over"}`); got.Code != http.StatusNotFound {
			t.Errorf("PATCH as %s: status %d, want 404", reader, got.Code)
		}
	}
	for _, r := range [][3]string{
		{"POST", fmt.Sprintf("/lists/%d/items", a.list), film(`{"movie_id": %d}`)},
		{"PUT", fmt.Sprintf("/lists/%d/items", a.list), film(`{"items": [{"movie_id": %d}]}`)},
		{"PATCH", fmt.Sprintf("/lists/%d/items/%d", a.list, w.film), `{"note": "n"}`},
		{"DELETE", fmt.Sprintf("/lists/%d/items/%d", a.list, w.film), ""},
		{"PATCH", fmt.Sprintf("/diary/%d", a.viewing), `{"note": "n"}`},
		{"DELETE", fmt.Sprintf("/diary/%d", a.viewing), ""},
	} {
		if got := w.sendBody(t, r[0], r[1], w.token(a, self), r[2]); got.Code != http.StatusNotFound {
			t.Errorf("%s %s as the author: status %d, want 404: %s", r[0], r[1], got.Code, got.Body)
		}
	}
}

// TestWhoAddedAHiddenFilmSeesIt holds what is left to the member who added a film: they read, change and delete it.
func TestWhoAddedAHiddenFilmSeesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.authors[0]
	draft := movie.Draft{Title: hiddenTitle, Playtime: 90, Genre: "Drama", Details: movie.Details{ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001"}}}
	w.film = must(w.a.Movies.Create(t.Context(), a.id, draft))(t).ID
	err := w.a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if owner, changed, err := w.a.Movies.SetHidden(tx, w.film, true); owner != a.id || !changed {
			t.Errorf("hidden: film of %d, changed %v; want %d, true (%v)", owner, changed, a.id, err)
		}
		owner, changed, err := w.a.Movies.SetHidden(tx, w.film, true)
		if owner != a.id || changed {
			t.Errorf("hidden again: film of %d, changed %v; want %d, false", owner, changed, a.id)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	target := fmt.Sprintf("/movies/%d", w.film)
	for _, suffix := range []string{"", "/reviews", "/ratings", "/lists", "/reaction_count"} {
		for who, want := range map[string]int{self: 200, moderator: 200, stranger: 404, nobody: 404} {
			if got := w.send(t, http.MethodGet, target+suffix, w.token(a, who)); got.Code != want {
				t.Errorf("GET %s%s as %s: status %d, want %d", target, suffix, who, got.Code, want)
			}
		}
	}
	again := `{"title": "t", "plot": "", "cast": [], "playtime": 1, "genre": "Drama", "external_ids": {"imdb": "tt0000001"}}`
	if got := w.sendBody(t, "POST", "/movies", w.tokens[stranger], again); got.Code != http.StatusConflict {
		t.Errorf("a film with its external id: status %d, want 409: %s", got.Code, got.Body)
	}
	if got := w.sendBody(t, "PATCH", target, w.token(a, self), `{"plot": "changed"}`); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"hidden":true`) {
		t.Errorf("PATCH: status %d: %s", got.Code, got.Body)
	}
	if films, _, err := w.a.Movies.List(t.Context(), movie.Filter{Title: hiddenTitle}, movie.SortMatch, paging.Page{Limit: 2}); err != nil || len(films) > 0 {
		t.Errorf("a search finds it after the change: %d films, %v", len(films), err)
	}
	if _, err := w.a.Movies.GetFor(t.Context(), w.film, auth.Viewer{UserID: a.id}); err != nil {
		t.Errorf("its adder does not get it: %v", err)
	}
	if got := w.send(t, http.MethodDelete, target, w.tokens[stranger]); got.Code != http.StatusNotFound {
		t.Errorf("DELETE as a stranger: status %d, want 404", got.Code)
	}
	if got := w.send(t, http.MethodDelete, target, w.token(a, self)); got.Code != http.StatusNoContent {
		t.Errorf("DELETE by who added it: status %d, want 204: %s", got.Code, got.Body)
	}
	w.wantRight(t)
}
