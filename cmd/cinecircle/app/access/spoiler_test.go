package access_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// What a spoiler gives away.
const (
	spoiledTitle   = "titlethatspoils"
	spoiledReview  = "reviewthatspoils"
	spoiledComment = "commentthatspoils"
)

// spoiled is a program in which a member has written a review and a comment that are spoilers, for which another one has
// written to them, and which a reader who follows the author has not asked for.
type spoiled struct {
	a               *app.App
	paths           *strings.Replacer
	image           string // the stored image of the review, without the folder and the sizes
	author, watched string // access tokens of the author, and of a follower who has watched the film
	reader          string // of one who has not
	hides           string // and of one who has, and prefers to see no spoilers
}

func newSpoiled(t *testing.T) *spoiled {
	t.Helper()
	a := apptest.New(t)
	ctx := t.Context()
	member := func(name string) user.User { return apptest.Member(t, a, name, auth.RoleMember) }
	author, watched, reader, hides := member("author"), member("watched"), member("reader"), member("hides")
	film := apptest.Film(t, a, author.ID)
	var pixels bytes.Buffer
	if err := png.Encode(&pixels, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	written, err := a.Reviews.Create(ctx, review.Draft{
		UserID: author.ID, MovieID: film, Title: spoiledTitle, Content: spoiledReview, Spoiler: true,
		Image: &picture.Upload{Name: "a.png", Data: pixels.Bytes(), By: author.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	said, err := a.Comments.Create(ctx, auth.Viewer{UserID: author.ID}, comment.Draft{ReviewID: written.ID, Content: spoiledComment, Spoiler: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Comments.Create(ctx, auth.Viewer{UserID: reader.ID}, comment.Draft{ReviewID: written.ID, Content: "c", ReplyTo: &said.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Comments.Create(ctx, auth.Viewer{UserID: author.ID}, comment.Draft{ReviewID: apptest.Review(t, a, member("host").ID), Content: spoiledComment, Spoiler: true}); err != nil {
		t.Fatal(err)
	}
	for _, follower := range []int64{watched.ID, reader.ID, hides.ID} {
		if _, err := a.Follows.Set(ctx, follower, author.ID, true); err != nil {
			t.Fatal(err)
		}
	}
	for _, viewer := range []int64{watched.ID, hides.ID} {
		if _, err := a.Diary.Mark(ctx, viewer, film); err != nil {
			t.Fatal(err)
		}
	}
	err = a.DB.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET spoilers = 'hide' WHERE id = ?", hides.ID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	key := written.Image.Whole()
	name, _, _ := strings.Cut(key[strings.LastIndex(key, "/")+1:], ".")
	return &spoiled{
		a: a, image: name[:36], // the UUID
		author: apptest.SignIn(t, a, author).Access, watched: apptest.SignIn(t, a, watched).Access, reader: apptest.SignIn(t, a, reader).Access, hides: apptest.SignIn(t, a, hides).Access,
		paths: strings.NewReplacer(
			":user_id", fmt.Sprint(author.ID), ":movie_id", fmt.Sprint(film), ":review_id", fmt.Sprint(written.ID), ":comment_id", fmt.Sprint(said.ID),
			":list_id", fmt.Sprint(apptest.List(t, a, author.ID, film)), ":viewing_id", fmt.Sprint(apptest.Viewing(t, a, author.ID)),
			":session_id", "1", ":part", "reviews-1.xml",
		),
	}
}

// get returns the body of a response. part asks for what htmx would load.
func (s *spoiled) get(t *testing.T, path, access string, part bool) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", "text/html,application/json")
	if part {
		r.Header.Set("HX-Request", "true")
	}
	if access != "" {
		r.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: access})
	}
	w := httptest.NewRecorder()
	s.a.Handler.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		t.Errorf("GET %s: %d", path, w.Code)
	}
	return w.Body.String()
}

// leaks returns what a response gives away.
func (s *spoiled) leaks(body string) (found []string) {
	for _, secret := range []string{spoiledTitle, spoiledReview, spoiledComment, s.image} {
		if strings.Contains(body, secret) {
			found = append(found, secret)
		}
	}
	return found
}

// askedFor has the routes of a single review or comment, which show it whole, and what they show of it.
var askedFor = map[string][]string{
	"/reviews/:review_id": {spoiledTitle, spoiledReview}, "/review/:review_id": {spoiledTitle, spoiledReview},
	"/comments/:comment_id": {spoiledComment}, "/comment/:comment_id": {spoiledComment},
}

// TestNoChannelGivesASpoilerAway asks every route that there is, of the API and of the pages, so a new one is in it.
func TestNoChannelGivesASpoilerAway(t *testing.T) {
	t.Parallel()
	s := newSpoiled(t)
	asked := 0
	for _, r := range s.a.Handler.(*gin.Engine).Routes() {
		if r.Method != http.MethodGet || r.Path == "/notifications" {
			continue
		}
		path := s.paths.Replace(r.Path)
		for _, access := range []string{"", s.reader, s.hides} {
			for _, part := range []bool{false, true} {
				asked++
				found := s.leaks(s.get(t, path, access, part))
				if whole, ok := askedFor[r.Path]; ok {
					found = slices.DeleteFunc(found, func(secret string) bool {
						return slices.Contains(whole, secret) || secret == s.image && whole[0] == spoiledTitle
					})
				}
				if len(found) > 0 {
					t.Errorf("GET %s, signed in: %v, in part: %v: gives away %v", path, access != "", part, found)
				}
			}
		}
	}
	if asked < 200 {
		t.Errorf("only %d requests", asked)
	}
}

// TestWhoMaySeeASpoilerSeesIt asks where the other test must find something if nothing was masked.
func TestWhoMaySeeASpoilerSeesIt(t *testing.T) {
	t.Parallel()
	s := newSpoiled(t)
	whole := []string{spoiledTitle, spoiledReview, s.image}
	for path, want := range map[string][]string{
		"/movies/:movie_id/reviews": whole, "/users/:user_id/reviews": whole, "/reviews/:review_id/comments": {spoiledComment},
		"/users/:user_id/activity": {spoiledTitle, spoiledReview, s.image},
	} {
		path = s.paths.Replace(path)
		for name, body := range map[string]string{
			"the author": s.get(t, path, s.author, false), "who has watched the film": s.get(t, path, s.watched, false),
			"who asks": s.get(t, path+"?spoilers=show", "", false),
		} {
			found := s.leaks(body)
			for _, w := range want {
				if !slices.Contains(found, w) {
					t.Errorf("GET %s: %s sees %v, want %v", path, name, found, want)
				}
			}
		}
	}
	for path, want := range map[string][]string{"/film/:movie_id": {spoiledTitle, spoiledReview}, "/member/:user_id": {spoiledTitle, spoiledReview}} {
		if found := s.leaks(s.get(t, s.paths.Replace(path), s.watched, false)); !slices.Contains(found, want[0]) || !slices.Contains(found, want[1]) {
			t.Errorf("GET %s: who has watched the film sees %v, want %v", path, found, want)
		}
	}
	for path, want := range askedFor {
		if found := s.leaks(s.get(t, s.paths.Replace(path), "", false)); len(found) < len(want) {
			t.Errorf("GET %s shows %v, want %v", path, found, want)
		}
	}
}

// TestThePreviewOfAReviewMasksASpoiler looks at what others quote of a page that shows the spoiler.
func TestThePreviewOfAReviewMasksASpoiler(t *testing.T) {
	t.Parallel()
	s := newSpoiled(t)
	for _, access := range []string{"", s.reader, s.watched} {
		body := s.get(t, s.paths.Replace("/review/:review_id"), access, false)
		head, _, ok := strings.Cut(body, "</head>")
		if !ok || !strings.Contains(head, "og:title") {
			t.Fatalf("the page has no head: %s", body)
		}
		if found := s.leaks(head); len(found) > 0 {
			t.Errorf("the head gives away %v", found)
		}
		for script := range strings.SplitSeq(body, `<script type="application/ld+json"`) {
			facts, _, _ := strings.Cut(script, "</script>")
			if found := s.leaks(facts); script != body && len(found) > 0 && strings.Contains(facts, "schema.org") {
				t.Errorf("the facts give away %v", found)
			}
		}
	}
}
