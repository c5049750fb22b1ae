// Package visibility_test holds who sees what: every GET route, for every relation between a reader and an author.
package visibility_test

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// world is a running program with two authors, one of whom is private, and a reader in each relation to both.
type world struct {
	a                   *app.App
	film, review, third int64 // a film, and a review by a third member
	authors             []author
	tokens              map[string]string  // by the reader; of an author by its name
	liked               map[string][]int64 // reviews by the reader: one that each author likes, and one for the third member
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{a: apptest.New(t), tokens: map[string]string{}, liked: map[string][]int64{}}
	third := apptest.Member(t, w.a, "name-third", auth.RoleMember)
	w.third, w.film = third.ID, w.newFilm(t, "the film")
	members := map[string]user.User{}
	for _, who := range readers {
		if who == nobody || who == self {
			continue
		}
		role := auth.RoleMember
		if who == moderator {
			role = auth.RoleModerator
		}
		members[who] = apptest.Member(t, w.a, who, role)
		w.tokens[who] = apptest.SignIn(t, w.a, members[who]).Access
		for _, liker := range []string{"open", "shut", "third"} { // one of each, because inboxes are grouped
			w.liked[who] = append(w.liked[who], w.write(t, members[who].ID, w.newFilm(t, "for "+liker+" by "+who), who))
		}
	}
	w.review = w.write(t, third.ID, w.film, "third")
	for _, a := range []author{{name: "open"}, {name: "shut", private: true}} {
		w.authors = append(w.authors, w.newAuthor(t, a))
	}
	ctx := t.Context()
	for _, a := range w.authors {
		for _, pair := range [][2]int64{{a.id, third.ID}, {third.ID, a.id}, {members[follower].ID, a.id}} {
			must(w.a.Follows.Set(ctx, pair[0], pair[1], true))(t)
		}
		for _, err := range []error{
			w.a.Follows.SetBlock(ctx, a.id, members[blocked].ID, true), w.a.Follows.SetBlock(ctx, members[blocker].ID, a.id, true),
			w.a.Follows.SetMute(ctx, members[muter].ID, a.id, true),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if a.private {
			must(w.a.Users.Change(ctx, auth.Viewer{UserID: a.id}, "", a.id, user.Patch{IsPrivate: &a.private}))(t)
		}
	}
	for _, a := range w.authors {
		d := moderation.Draft{TargetType: record.Review, TargetID: a.review, Reason: moderation.Spam}
		if _, _, err := w.a.Moderation.Report(ctx, auth.Viewer{UserID: members[follower].ID}, d); err != nil {
			t.Fatal(err)
		}
	}
	w.notify(t)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error)
	go func() { ended <- w.a.Notifications.Run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) newFilm(t *testing.T, title string) int64 {
	t.Helper()
	return must(w.a.Movies.Create(t.Context(), 0, movie.Draft{Title: title, Playtime: 90, Genre: "Drama"}))(t).ID
}

func (w *world) write(t *testing.T, by, film int64, name string) int64 {
	t.Helper()
	text := fmt.Sprintf(theReview, name)
	return must(w.a.Reviews.Create(t.Context(), review.Draft{UserID: by, MovieID: film, Title: text, Content: text}))(t).ID
}

// newAuthor creates an author who has written one of everything.
func (w *world) newAuthor(t *testing.T, a author) author {
	t.Helper()
	u := apptest.Member(t, w.a, "name-"+a.name, auth.RoleMember)
	w.tokens[a.name] = apptest.SignIn(t, w.a, u).Access
	ctx := t.Context()
	a.id = u.ID
	a.review = w.write(t, u.ID, w.film, a.name)
	a.list = must(w.a.Lists.Create(ctx, list.Draft{UserID: u.ID, Title: fmt.Sprintf(theList, a.name), IsPublic: true}))(t).ID
	must(w.a.Lists.Add(ctx, a.list, list.Entry{MovieID: w.film}, nil))(t)
	note, seen := fmt.Sprintf(theViewing, a.name), w.newFilm(t, "seen-"+a.name)
	a.viewing = must(w.a.Diary.Log(ctx, diary.Draft{UserID: u.ID, MovieID: seen, WatchedOn: 2020_01_02, Rating: new(stars.Max), Note: &note}))(t).ID
	must(w.a.Diary.Want(ctx, u.ID, w.newFilm(t, "want-"+a.name)))(t)
	a.comment = must(w.a.Comments.Create(ctx, auth.Viewer{UserID: u.ID}, comment.Draft{ReviewID: w.review, Content: fmt.Sprintf(theComment, a.name)}))(t).ID
	return a
}

// notify lets every author like a review by every reader, and then the third member, of whom all are told.
func (w *world) notify(t *testing.T) {
	t.Helper()
	for who, written := range w.liked {
		for i, a := range w.authors {
			want := http.StatusOK
			if who == blocked || who == blocker {
				want = http.StatusForbidden
			}
			if got := w.send(t, http.MethodPost, fmt.Sprintf("/likes/reviews/%d/like", written[i]), w.tokens[a.name]); got.Code != want {
				t.Fatalf("%s likes the review by %s: status %d, want %d", a.name, who, got.Code, want)
			}
		}
		must(w.a.Reactions.SetLike(t.Context(), auth.Viewer{UserID: w.third}, written[len(w.authors)], true))(t)
	}
	for _, a := range w.authors {
		must(w.a.Reactions.SetLike(t.Context(), auth.Viewer{UserID: w.third, Role: auth.RoleModerator}, a.review, true))(t)
	}
}

func (w *world) send(t *testing.T, method, target, token string) *httptest.ResponseRecorder {
	t.Helper()
	return w.sendBody(t, method, target, token, "")
}

// sendBody sends JSON, unless it is "".
func (w *world) sendBody(t *testing.T, method, target, token, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Accept-Language", "en")
	if body != "" {
		r.Header.Set("Content-Type", apptest.JSON)
	}
	if strings.HasSuffix(target, "/comments?after=0") { // a part of a page
		r.Header.Set("HX-Request", "true")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer := httptest.NewRecorder()
	w.a.Handler.ServeHTTP(answer, r)
	return answer
}

// token returns the token of a reader of what an author wrote.
func (w *world) token(a author, who string) string {
	if who == self {
		who = a.name
	}
	return w.tokens[who]
}

// get returns what a reader gets of an author in a channel.
func (w *world) get(t *testing.T, c channel, a author, who string) (outcome, string) {
	t.Helper()
	answer := w.send(t, http.MethodGet, c.target(w, a), w.token(a, who))
	body := answer.Body.String()
	if answer.Header().Get("Content-Type") == "application/zip" {
		body = unzipped(t, body)
	}
	text := strings.NewReplacer("{review}", fmt.Sprint(a.review), "{author}", fmt.Sprint(a.id)).Replace(c.text)
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, a.name)
	}
	switch {
	case answer.Code == http.StatusOK && strings.Contains(body, text):
		return shown, body
	case strings.Contains(body, text) && text != "": // in the page or the problem of a refusal
		return shown, body
	case answer.Code == http.StatusForbidden && strings.Contains(body, `"private_account"`):
		return forbidden, body
	case answer.Code == http.StatusNotFound:
		return notFound, body
	case answer.Code == http.StatusUnauthorized, answer.Code == http.StatusSeeOther:
		return signIn, body
	case answer.Code == http.StatusOK, answer.Code == http.StatusForbidden:
		return leftOut, body
	}
	return outcome(fmt.Sprint(answer.Code)), body
}

// unzipped returns the files of an archive.
func unzipped(t *testing.T, archive string) string {
	t.Helper()
	files := must(zip.NewReader(strings.NewReader(archive), int64(len(archive))))(t).File
	var all strings.Builder
	for _, f := range files {
		from := must(f.Open())(t)
		if _, err := io.Copy(&all, from); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// want returns what a reader should get.
func (c channel) want(a author, who string) outcome {
	if c.signIn && who == nobody {
		return signIn
	}
	return c.rule(a, who)
}

// TestWhoSeesWhat reads every channel as every reader.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inTheAPI := map[string]bool{}
	for _, r := range w.a.Router.Routes() {
		inTheAPI[r.Path] = true
	}
	for _, path := range slices.Sorted(maps.Keys(channels)) {
		c := channels[path]
		for _, a := range w.authors {
			for _, who := range readers {
				t.Run(path+" of "+a.name+" as "+who, func(t *testing.T) {
					if path == "/notifications" {
						w.wantFrames(t, a, who, c)
						return
					}
					got, body := w.get(t, c, a, who)
					want := c.want(a, who)
					if !inTheAPI[path] && got == notFound { // a page that says so
						got = leftOut
					}
					if got != want {
						t.Errorf("%s, want %s\n%s", got, want, body)
					}
					if got == leftOut && hides(who) && !strings.Contains(path, ":user_id") && strings.Contains(body, "name-"+a.name) {
						t.Errorf("names who is hidden:\n%s", body)
					}
				})
			}
		}
	}
}

// wantFrames reads the frames of a socket up to the one about the third member, which is the last.
func (w *world) wantFrames(t *testing.T, a author, who string, c channel) {
	t.Helper()
	if who == nobody { // the matrix of access holds that the socket is closed
		return
	}
	server := apptest.Serve(t, w.a.Handler)
	defer server.Close()
	header := http.Header{"Authorization": {"Bearer " + w.token(a, who)}}
	ctx, cancel := context.WithTimeout(t.Context(), apptest.Patience)
	defer cancel()
	conn, res, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(server.URL, "http", "ws", 1)+"/notifications?since=0", header)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close() // an upgrade has no body
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(apptest.Patience / 3)); err != nil {
		t.Fatal(err)
	}
	got := leftOut
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(frame), fmt.Sprintf(c.text, a.name)) {
			got = shown
		}
		if strings.Contains(string(frame), "review_like") && strings.Contains(string(frame), fmt.Sprintf(c.text, "third")) {
			break
		}
	}
	if want := c.want(a, who); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestEveryRouteIsInTheTable fails for a new route until somebody has decided who sees what it shows.
func TestEveryRouteIsInTheTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range apptest.New(t).Handler.(*gin.Engine).Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		known[r.Path] = true
		if _, ok := channels[r.Path]; ok == slices.Contains(silent, r.Path) {
			t.Errorf("GET %s is in neither or in both of the lists of channels and of silent routes", r.Path)
		}
	}
	for _, path := range append(slices.Collect(maps.Keys(channels)), silent...) {
		if !known[path] {
			t.Errorf("GET %s does not exist", path)
		}
	}
}

// TestNobodyActsOnWhatTheyDoNotSee holds what members may do with what an author wrote: what they do not see is as if it
// were not there, and what is not theirs is forbidden.
func TestNobodyActsOnWhatTheyDoNotSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, a := range w.authors {
		for _, who := range readers[1:] {
			of := map[bool]int{true: http.StatusForbidden, false: http.StatusNotFound}[sees(a, who)]
			answers := func(allowed int) int { // like, comment or follow
				switch {
				case who == blocked || who == blocker:
					return max(of, http.StatusForbidden)
				case !sees(a, who):
					return http.StatusNotFound
				}
				return allowed
			}
			follows := http.StatusOK
			switch who {
			case blocked, blocker:
				follows = http.StatusForbidden
			case self:
				follows = http.StatusUnprocessableEntity
			}
			requests := []struct {
				method, target, body string
				want                 int
			}{
				{"POST", fmt.Sprintf("/likes/reviews/%d/like", a.review), "", answers(http.StatusOK)},
				{"POST", fmt.Sprintf("/likes/lists/%d/like", a.list), "", answers(http.StatusOK)},
				{"POST", fmt.Sprintf("/reviews/%d/comments", a.review), `{"content": "c"}`, answers(http.StatusCreated)},
				{"POST", fmt.Sprintf("/users/%d/follow", a.id), "", follows},
				{"PATCH", fmt.Sprintf("/reviews/%d", a.review), `{"update_title": "taken over"}`, of},
				{"DELETE", fmt.Sprintf("/reviews/%d", a.review), "", of},
				{"PATCH", fmt.Sprintf("/lists/%d", a.list), `{"title": "taken over"}`, of},
				{"PUT", fmt.Sprintf("/lists/%d/items", a.list), `{"items": []}`, of},
				{"DELETE", fmt.Sprintf("/lists/%d", a.list), "", of},
				{"PATCH", fmt.Sprintf("/diary/%d", a.viewing), `{"note": "taken over"}`, of},
				{"DELETE", fmt.Sprintf("/diary/%d", a.viewing), "", of},
				{"PATCH", fmt.Sprintf("/comments/%d", a.comment), `{"content": "taken over"}`, of},
				{"DELETE", fmt.Sprintf("/comments/%d", a.comment), "", of},
			}
			comments := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[sees(a, who)]
			if got := w.send(t, http.MethodGet, fmt.Sprintf("/reviews/%d/comments", a.review), w.token(a, who)); got.Code != comments {
				t.Errorf("comments on the review of %s as %s: status %d, want %d", a.name, who, got.Code, comments)
			}
			for i, r := range requests {
				if i > 3 && (who == self || who == moderator) { // the matrix of access holds what they may do
					continue
				}
				if got := w.sendBody(t, r.method, r.target, w.token(a, who), r.body); got.Code != r.want {
					t.Errorf("%s %s of %s as %s: status %d, want %d: %s", r.method, r.target, a.name, who, got.Code, r.want, got.Body)
				}
			}
		}
	}
}

// TestCountsOfFilmsIncludePrivateAccounts holds that a film tells everybody the same numbers.
func TestCountsOfFilmsIncludePrivateAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, token := range []string{"", w.tokens[blocker], w.tokens[stranger]} {
		if body := w.send(t, http.MethodGet, fmt.Sprintf("/movies/%d", w.film), token).Body.String(); !strings.Contains(body, `"review_count":3`) {
			t.Errorf("the film has not three reviews: %s", body)
		}
	}
}

// TestTheDocumentHasTheTable holds docs/visibility.md to the table of this test.
func TestTheDocumentHasTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../docs/visibility.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []author{{name: "open"}, {name: "shut", private: true}} {
		if table := markdown(a); !strings.Contains(string(text), table) {
			t.Errorf("docs/visibility.md does not have this table:\n%s", table)
		}
	}
}

// markdown returns the table of an author.
func markdown(a author) string {
	var b strings.Builder
	b.WriteString("| GET | " + strings.Join(readers, " | ") + " |\n|---|" + strings.Repeat("---|", len(readers)) + "\n")
	for _, path := range slices.Sorted(maps.Keys(channels)) {
		fmt.Fprintf(&b, "| `%s` |", path)
		for _, who := range readers {
			b.WriteString(" " + string(channels[path].want(a, who)) + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}
