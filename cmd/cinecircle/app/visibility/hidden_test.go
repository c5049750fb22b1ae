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

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/platform/recount"
)

// finders are those who find a hidden review, list or comment in a channel. In a channel that is not here nobody does.
var finders = map[string][]string{
	"/reviews/:review_id":          {moderator, self},
	"/lists/:list_id":              {moderator, self},
	"/comments/:comment_id":        {moderator, self},
	"/review/:review_id":           {moderator, self},
	"/list/:list_id":               {moderator, self},
	"/users/:user_id/reviews":      {self},
	"/users/me/reviews":            {self},
	"/users/:user_id/lists":        {self},
	"/users/me/lists":              {self},
	"/users/me/export":             {self},
	"/member/:user_id":             {self},
	"/member/:user_id/lists":       {self},
	"/moderation/reports":          {moderator}, // which show what was reported
	"/film/:movie_id/review":       {self},      // the form
	"/film/:movie_id/collect":      {self},      // the lists to which they may add the film
	"/film/:movie_id":              {self},      // which has a link to their review
	"/reviews/:review_id/comments": {self},
	"/review/:review_id/comments":  {self},
	"/comment/:comment_id":         {moderator, self},
}

// hide hides or restores what an author wrote.
func (w *world) hide(t *testing.T, a author, hidden bool) {
	t.Helper()
	err := w.a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, one := range []struct {
			id  int64
			set func(*gorm.DB, int64, bool) (int64, bool, error)
		}{{a.review, w.a.Reviews.SetHidden}, {a.list, w.a.Lists.SetHidden}, {a.comment, w.a.Comments.SetHidden}} {
			owner, changed, err := one.set(tx, one.id, hidden)
			if err != nil {
				return err
			}
			if owner != a.id || !changed {
				t.Errorf("hidden %v: of %d, changed %v; want %d, true", hidden, owner, changed, a.id)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// traces are what the body at an address has of what an author wrote: texts, and links to it, but for those to itself.
func traces(a author, address, body string) (found []string) {
	for _, text := range []string{theReview, theList, theComment} {
		if text = fmt.Sprintf(text, a.name); strings.Contains(body, text) {
			found = append(found, text)
		}
	}
	for path, id := range map[string]int64{"/review/": a.review, "/list/": a.list, "/comment/": a.comment, "#comment-": a.comment} {
		if link := regexp.MustCompile(fmt.Sprintf("%s%d[^0-9]", path, id)); !link.MatchString(address+"?") && link.MatchString(body) {
			found = append(found, link.String())
		}
	}
	return found
}

// read reads every channel as every reader; notifications in frames have no texts.
func (w *world) read(t *testing.T, a author) map[[2]string]string {
	t.Helper()
	bodies := map[[2]string]string{}
	for path, c := range channels {
		if path == "/notifications" {
			continue
		}
		for _, who := range readers {
			_, body := w.get(t, c, a, who)
			bodies[[2]string{path, who}] = body
		}
	}
	return bodies
}

// TestHiddenContentIsNowhere looks for a hidden review, list and comment as every reader in every channel, and for everything
// as it was once they are restored.
func TestHiddenContentIsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.authors[0]
	before, again := w.read(t, a), w.read(t, a)
	maps.DeleteFunc(before, func(at [2]string, body string) bool { return again[at] != body }) // it has the time, or a nonce
	if len(before) < len(again)/2 {
		t.Errorf("%d of %d bodies can be compared", len(before), len(again))
	}

	w.hide(t, a, true)
	for at, body := range w.read(t, a) {
		path, who := at[0], at[1]
		if found := traces(a, channels[path].target(w, a), body); len(found) > 0 && !slices.Contains(finders[path], who) {
			t.Errorf("%s as %s has %q\n%s", path, who, found, body)
		}
	}
	w.wantFinders(t, a)
	w.wantNoAnswers(t, a)
	if body := w.send(t, http.MethodGet, fmt.Sprintf("/movies/%d", w.film), "").Body.String(); !strings.Contains(body, `"review_count":2`) {
		t.Errorf("the film has not two reviews: %s", body)
	}
	w.wantRight(t)

	w.hide(t, a, false)
	w.wantRight(t)
	after := w.read(t, a)
	for at, body := range before {
		if after[at] != body {
			t.Errorf("%s as %s is\n%s\nand was\n%s", at[0], at[1], after[at], body)
		}
	}
}

// wantFinders checks that finders find hidden content, and others get what is not there.
func (w *world) wantFinders(t *testing.T, a author) {
	t.Helper()
	for path, who := range finders {
		if strings.Contains(path, "/film/") || strings.Contains(path, "/comment") {
			continue // may but need not
		}
		for _, reader := range who {
			if got, body := w.get(t, channels[path], a, reader); got != shown {
				t.Errorf("%s as %s has nothing:\n%s", path, reader, body)
			}
		}
	}
	for _, path := range []string{"/reviews/:review_id", "/reviews/:review_id/like_count", "/lists/:list_id", "/lists/:list_id/items", "/comments/:comment_id"} {
		for _, reader := range readers {
			want := http.StatusNotFound
			if reader == moderator || reader == self {
				want = http.StatusOK
			}
			got := w.send(t, http.MethodGet, channels[path].target(w, a), w.token(a, reader))
			if got.Code != want {
				t.Errorf("%s as %s: status %d, want %d", path, reader, got.Code, want)
			}
			hidden := strings.Contains(got.Body.String(), `"hidden":true`)
			if one := strings.HasSuffix(path, "_id"); want == http.StatusOK && one && !hidden {
				t.Errorf("%s as %s does not say that it is hidden: %s", path, reader, got.Body)
			}
		}
	}
}

// wantNoAnswers checks that nobody likes or answers what is hidden.
func (w *world) wantNoAnswers(t *testing.T, a author) {
	t.Helper()
	for _, reader := range readers[1:] {
		for target, body := range map[string]string{
			fmt.Sprintf("/likes/reviews/%d/like", a.review): "",
			fmt.Sprintf("/likes/lists/%d/like", a.list):     "",
			fmt.Sprintf("/reviews/%d/comments", a.review):   `{"content": "c"}`,
		} {
			if got := w.sendBody(t, http.MethodPost, target, w.token(a, reader), body); got.Code != http.StatusNotFound {
				t.Errorf("POST %s as %s: status %d, want 404: %s", target, reader, got.Code, got.Body)
			}
		}
	}
}

// wantRight fails the test when a stored counter is wrong.
func (w *world) wantRight(t *testing.T) {
	t.Helper()
	err := recount.Run(t.Context(), w.a.DB, app.Counters(w.a.DB.Driver()), false, func(d recount.Drift) { t.Error(d) })
	if err != nil {
		t.Fatal(err)
	}
}
