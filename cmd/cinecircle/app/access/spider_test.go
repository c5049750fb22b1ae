package access_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Private data of the victim, which no public route shows.
const (
	secretAgent   = "the-victims-own-browser"
	secretAddress = "203.0.113.77"
	secretLogin   = "2001-02-03"
	secretMessage = "friend님이"              // nobody follows the spider, so a notification that it sees belongs to the victim
	secretText    = "the-victims-own-words" // in everything that the victim wrote: a secret when the account is private
)

// TestASpiderNeitherSeesNorChangesPrivateData reads everything that it can, and then calls every route that has an id in
// its path with every method and with every id, those it has seen and guessed ones. The victim's rows must be
// unchanged, and no response may show private data.
func TestASpiderNeitherSeesNorChangesPrivateData(t *testing.T) {
	t.Parallel()
	anonymous := func(*testing.T, *app.App) (string, int64) { return "", 0 }
	member := func(t *testing.T, a *app.App) (string, int64) {
		member := apptest.Member(t, a, "spider", auth.RoleMember)
		// Nobody who never had a notification can mark any as read.
		if err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			return tx.Create(&notify.State{UserID: member.ID, UnreadCount: 100}).Error
		}); err != nil {
			t.Fatal(err)
		}
		return apptest.SignIn(t, a, member).Access, member.ID
	}
	for _, c := range []struct {
		name    string
		in      func(*testing.T, *app.App) (token string, id int64)
		private bool // the account of the victim
	}{
		{"a member", member, false},
		{"anonymous", anonymous, false},
		{"a member, and a private account", member, true},
		{"anonymous, and a private account", anonymous, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := apptest.New(t)
			victim := stageVictim(t, a)
			if c.private {
				if _, err := a.Users.Change(t.Context(), auth.Viewer{UserID: victim.ID}, "", victim.ID, user.Patch{IsPrivate: &c.private}); err != nil {
					t.Fatal(err)
				}
			}
			token, id := c.in(t, a)
			s := &spider{t: t, a: a, handler: a.Handler, token: token, id: id, ids: map[int64]bool{}, private: c.private}
			for _, fault := range s.attack(victim) {
				t.Error(fault)
			}
			if me := s.send(http.MethodGet, "/users/me", "", ""); id != 0 && !strings.Contains(string(me), `"username":"spider"`) {
				t.Errorf("the spider has signed itself out: %s", me)
			}
			t.Logf("%d requests with %d ids", s.sent, len(s.ids))
		})
	}
}

// TestTheSpiderDetectsAMissingCheck removes the check of one route, which the spider must report. Under -short it does so for
// one route only.
func TestTheSpiderDetectsAMissingCheck(t *testing.T) {
	t.Parallel()
	holes := []struct{ method, path, reports string }{
		{http.MethodGet, "/notifications/inbox", "GET /notifications/inbox shows"},
		{http.MethodPatch, "/reviews/:review_id", "taken over"},
		{http.MethodDelete, "/users/me/sessions/:session_id", secretAddress}, // in the deleted row
		{http.MethodPost, "/notifications/read", "read_at"},
	}
	if testing.Short() {
		holes = holes[:1]
	}
	for _, c := range holes {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			a := apptest.New(t)
			victim := stageVictim(t, a)
			s := &spider{t: t, a: a, token: apptest.SignIn(t, a, apptest.Member(t, a, "spider", auth.RoleMember)).Access, ids: map[int64]bool{}}
			s.handler = openTo(a.Handler, c.method, c.path, apptest.SignIn(t, a, victim).Access)
			found := strings.Join(s.attack(victim), "\n")
			if !strings.Contains(found, c.reports) {
				t.Errorf("the report is only %q", found)
			}
		})
	}
}

// openTo is h without the check of one route: every caller of it is taken for the owner of the token.
func openTo(h http.Handler, method, path, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method && web.Fits(r.URL.Path, path) {
			r.Header.Del("Cookie")
			r.Header.Del("Origin")
			r.Header.Set("Authorization", "Bearer "+token)
		}
		h.ServeHTTP(w, r)
	})
}

// guesses is the largest id that is guessed. Every table has fewer rows.
const guesses = 12

// spider sends requests with all the ids that it knows.
type spider struct {
	t       *testing.T
	a       *app.App
	handler http.Handler // of the app, or one with a hole
	token   string
	id      int64 // of its account, 0 without one
	private bool  // what the victim wrote is secret
	ids     map[int64]bool
	sent    int
	found   []string
}

// attack reads and writes whatever it can, and returns what it should not have been able to see or change.
func (s *spider) attack(victim user.User) []string {
	s.t.Helper()
	before := belongings(s.t, s.a, victim)
	for table, rows := range before {
		if len(rows) == 0 {
			s.t.Fatalf("the victim has nothing in %s", table)
		}
		if id, ok := rows[0]["id"].(int64); table != "files" && (!ok || id > guesses) {
			s.t.Errorf("the spider does not guess id %v of %s", rows[0]["id"], table)
		}
	}
	s.crawl()
	if !s.ids[victim.ID] {
		s.t.Error("the spider has not seen its victim")
	}
	s.write()
	if diff := cmp.Diff(before, belongings(s.t, s.a, victim)); diff != "" {
		s.found = append(s.found, "the rows of the victim changed (-before +after):\n"+diff)
	}
	return s.found
}

// crawl reads every route with every known id until it finds no new id.
func (s *spider) crawl() {
	for known := -1; known < len(s.ids); {
		known = len(s.ids)
		for _, r := range s.a.Router.Routes() {
			if r.Method != http.MethodGet || r.Path == "/notifications" {
				continue
			}
			for _, target := range s.targets(r.Path) {
				s.collect(s.send(http.MethodGet, target, "", ""))
			}
		}
	}
}

// collect adds every number in a response whose name ends in "id" or "by".
func (s *spider) collect(body []byte) {
	var tree any
	if json.Unmarshal(body, &tree) == nil {
		s.gather("", tree)
	}
}

func (s *spider) gather(name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			s.gather(k, child)
		}
	case []any:
		for _, child := range v {
			s.gather(name, child)
		}
	case float64:
		if strings.HasSuffix(name, "id") || strings.HasSuffix(name, "by") {
			s.ids[int64(v)] = true
		}
	}
}

// write tries to write with every id, in every path that has one with every method, and in every body that takes one. It
// guesses the ids that it cannot see, such as those of sessions: they are small numbers.
func (s *spider) write() {
	for id := range int64(guesses) {
		s.ids[id+1] = true
	}
	tried := map[string]bool{}
	for _, r := range s.a.Router.Routes() {
		if !strings.Contains(r.Path, ":") || tried[r.Path] {
			continue
		}
		tried[r.Path] = true
		for _, target := range s.targets(r.Path) {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
				if method != http.MethodDelete || !s.own(target) {
					s.attempt(method, target)
				}
			}
		}
	}
	everything := make([]string, 0, len(s.ids))
	for id := range s.ids {
		everything = append(everything, fmt.Sprint(id))
		s.send(http.MethodPost, "/reviews", apptest.Form, "title=t&content=c&user_id=1&movie_id="+fmt.Sprint(id))
	}
	s.send(http.MethodPost, "/notifications/read", apptest.JSON, `{"ids": [`+strings.Join(everything, ",")+`]}`)
	s.send(http.MethodPost, "/notifications/read", apptest.JSON, `{"up_to": 1000000}`)
}

// own reports whether the target is the spider's account or a session of it, without which it could do nothing more.
func (s *spider) own(target string) bool {
	if target == fmt.Sprintf("/users/%d", s.id) {
		return true
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(target, "/users/me/sessions/"), 10, 64)
	if err != nil {
		return false
	}
	var n int64
	if err := s.a.DB.Reader(s.t.Context()).Model(&user.Session{}).Where("id = ? AND user_id = ?", id, s.id).Count(&n).Error; err != nil {
		s.t.Fatal(err)
	}
	return n > 0
}

// attempt sends every body that a route with this path accepts.
func (s *spider) attempt(method, target string) {
	s.send(method, target, "", "")
	if method != http.MethodPost && method != http.MethodPatch {
		return
	}
	s.send(method, target, apptest.JSON, `{"age": 99}`)
	s.send(method, target, apptest.JSON, `{"password": "taken over", "current_password": "password of tests"}`)
	s.send(method, target, apptest.JSON, `{"title": "taken over"}`)
	s.send(method, target, apptest.JSON, `{"note": "taken over"}`)
	s.send(method, target, apptest.Form, "update_title=taken+over")
	s.send(method, target, "multipart/form-data; boundary=b", imageForm(nil))
	s.send(method, target, "multipart/form-data; boundary=b", strings.ReplaceAll(imageForm(nil), `"image"`, `"update_image"`))
}

// targets returns the path with every known id, or with the name of a file.
func (s *spider) targets(path string) []string {
	if !strings.Contains(path, "_id") {
		return []string{strings.NewReplacer(":owner", "users", ":kind", "profile_images", ":name", "x.jpg").Replace(path)}
	}
	var out []string
	for _, id := range slices.Sorted(maps.Keys(s.ids)) {
		out = append(out, strings.NewReplacer(":user_id", fmt.Sprint(id), ":movie_id", fmt.Sprint(id), ":review_id", fmt.Sprint(id), ":list_id", fmt.Sprint(id), ":viewing_id", fmt.Sprint(id), ":comment_id", fmt.Sprint(id), ":session_id", fmt.Sprint(id), ":token_id", fmt.Sprint(id), ":invite_id", fmt.Sprint(id)).Replace(path))
	}
	return out
}

// send sends a request as the spider and looks for secrets in the response.
func (s *spider) send(method, target, contentType, body string) []byte {
	s.t.Helper()
	s.sent++
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	secrets := []string{secretAgent, secretAddress, secretLogin, secretMessage, "$2a$"}
	if s.private {
		secrets = append(secrets, secretText)
	}
	for _, secret := range secrets {
		if strings.Contains(w.Body.String(), secret) {
			s.found = append(s.found, fmt.Sprintf("%s %s shows %q: %s", method, target, secret, w.Body))
		}
	}
	if w.Code >= http.StatusInternalServerError {
		s.found = append(s.found, fmt.Sprintf("%s %s: status %d: %s", method, target, w.Code, w.Body))
	}
	return w.Body.Bytes()
}

// stageVictim creates a member who has rows in every table, and a friend who follows and likes.
func stageVictim(t *testing.T, a *app.App) user.User {
	t.Helper()
	victim, friend := apptest.Member(t, a, "victim", auth.RoleMember), apptest.Member(t, a, "friend", auth.RoleMember)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		_, err := a.Users.Login(ctx, "victim", apptest.Password, user.Device{IP: secretAddress, UserAgent: secretAgent})
		must(err)
	}
	pic, err := a.Users.Decode(ctx, picture.Upload{Name: "a.png", Data: apptest.PNG(t)})
	must(err)
	_, err = a.Users.SetImage(ctx, victim.ID, pic)
	must(err)
	own := apptest.Film(t, a, victim.ID)
	apptest.Poster(t, a, own)
	_, err = a.Movies.Update(ctx, own, movie.Patch{})
	must(err)
	written, err := a.Reviews.Create(ctx, review.Draft{
		UserID: victim.ID, MovieID: apptest.Film(t, a, friend.ID), Title: secretText, Content: secretText, Image: &picture.Upload{Name: "a.png", Data: apptest.PNG(t)},
	})
	must(err)
	_, err = a.Reactions.SetLike(ctx, auth.Viewer{UserID: friend.ID}, written.ID, true)
	must(err)
	_, err = a.Reactions.SetLike(ctx, auth.Viewer{UserID: victim.ID}, apptest.Review(t, a, friend.ID), true)
	must(err)
	made, err := a.Lists.Create(ctx, list.Draft{UserID: victim.ID, Title: secretText, Description: secretText, IsPublic: true})
	must(err)
	_, err = a.Lists.Add(ctx, made.ID, list.Entry{MovieID: own, Note: secretText}, nil)
	must(err)
	_, err = a.Reactions.SetListLike(ctx, auth.Viewer{UserID: victim.ID}, apptest.List(t, a, friend.ID, own), true)
	must(err)
	_, err = a.Reactions.React(ctx, victim.ID, own, "like")
	must(err)
	_, err = a.Diary.Log(ctx, diary.Draft{
		UserID: victim.ID, MovieID: apptest.Film(t, a, 0), WatchedOn: 2020_01_02, Rating: new(stars.Max), Note: new(secretText), Tags: []string{secretText},
	})
	must(err)
	_, err = a.Comments.Create(ctx, auth.Viewer{UserID: victim.ID}, comment.Draft{ReviewID: apptest.Review(t, a, friend.ID), Content: secretText})
	must(err)
	_, err = a.Diary.Want(ctx, victim.ID, own)
	must(err)
	for _, pair := range [][2]int64{{victim.ID, friend.ID}, {friend.ID, victim.ID}} {
		_, err = a.Follows.Set(ctx, pair[0], pair[1], true)
		must(err)
	}
	apptest.FollowRequest(t, a, victim.ID, friend.ID)
	must(a.Follows.SetBlock(ctx, victim.ID, apptest.Member(t, a, "blocked", auth.RoleMember).ID, true))
	must(a.Follows.SetMute(ctx, victim.ID, apptest.Member(t, a, "muted", auth.RoleMember).ID, true))
	must(a.DB.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&user.User{}).Where("id = ?", victim.ID).UpdateColumn("last_login", time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)).Error
	}))
	return victim
}

// belongings returns all rows of the victim by table. It leaves out what others may change: counters, and notifications
// that the spider causes.
func belongings(t *testing.T, a *app.App, victim user.User) map[string][]map[string]any {
	t.Helper()
	out := map[string][]map[string]any{}
	for table, q := range map[string]struct {
		owner string
		moved []string // by what others may do
	}{
		"users":           {"id", []string{"follower_count"}},
		"sessions":        {"user_id", nil},
		"movies":          {"created_by", []string{"like_count", "dislike_count", "review_count"}},
		"reviews":         {"user_id", []string{"like_count"}},
		"review_likes":    {"user_id", nil},
		"movie_reactions": {"user_id", nil},
		"lists":           {"user_id", []string{"like_count"}},
		"list_likes":      {"user_id", nil},
		"follows":         {"follower_id", nil},
		"follow_requests": {"follower_id", nil},
		"blocks":          {"user_id", nil},
		"mutes":           {"user_id", nil},
		"viewings":        {"user_id", nil},
		"viewing_tags":    {"user_id", nil},
		"watched_films":   {"user_id", nil},
		"watchlist_films": {"user_id", nil},
		"notifications":   {"user_id", nil},
	} {
		var rows []map[string]any
		if err := a.DB.Reader(t.Context()).Table(table).Where(q.owner+" = ?", victim.ID).Order("id").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, name := range q.moved {
				delete(row, name)
			}
			if table == "movies" {
				delete(row, "updated_at") // touched with the counters
			}
		}
		out[table] = rows
	}
	out["notifications"] = slices.DeleteFunc(out["notifications"], func(row map[string]any) bool {
		return fmt.Sprint(row["actor_id"]) == strconv.FormatInt(spiderID(t, a), 10)
	})
	out["files"] = files(t, a, out)
	return out
}

// spiderID returns the id of the spider, 0 when it has no account.
func spiderID(t *testing.T, a *app.App) int64 {
	t.Helper()
	var id int64
	if err := a.DB.Reader(t.Context()).Model(&user.User{}).Where("username = ?", "spider").Limit(1).Pluck("id", &id).Error; err != nil {
		t.Fatal(err)
	}
	return id
}

// files requests every file that a row names.
func files(t *testing.T, a *app.App, rows map[string][]map[string]any) []map[string]any {
	t.Helper()
	var out []map[string]any
	for table, column := range map[string]string{"users": "profile_image", "movies": "poster_image", "reviews": "image"} {
		for _, row := range rows[table] {
			key, ok := row[column].(string)
			if !ok || key == "" {
				t.Fatalf("%s has no %s: %v", table, column, row)
			}
			w := httptest.NewRecorder()
			a.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/media/"+key, http.NoBody))
			out = append(out, map[string]any{"key": key, "status": w.Code, "bytes": w.Body.Len()})
		}
	}
	slices.SortFunc(out, func(x, y map[string]any) int { return strings.Compare(x["key"].(string), y["key"].(string)) })
	return out
}
