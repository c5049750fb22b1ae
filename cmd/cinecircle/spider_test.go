package main

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

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// What of the victim nobody else may see. Each is told by no public route.
const (
	secretAgent   = "the-victims-own-browser"
	secretAddress = "203.0.113.77"
	secretLogin   = "2001-02-03"
	secretMessage = "friend님이" // nobody follows the spider, so any notification it sees is the victim's
)

// TestASpiderChangesNothingOfOthers signs in as one member, crawls all there is to see, and tries every
// id it has seen, and every other there is, on every route with an id by every method: of the other member's
// nothing changes and nothing private is seen.
func TestASpiderChangesNothingOfOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   func(*testing.T, *app) string
	}{
		{"a member", func(t *testing.T, a *app) string {
			return signedIn(t, a, member(t, a, "spider", auth.RoleMember)).Access
		}},
		{"nobody", func(*testing.T, *app) string { return "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newTestApp(t)
			victim := stageVictim(t, a)
			s := &spider{t: t, a: a, handler: a.handler, token: c.in(t, a), ids: map[int64]bool{}}
			for _, fault := range s.attack(victim) {
				t.Error(fault)
			}
			t.Logf("%d requests with %d ids", s.sent, len(s.ids))
		})
	}
}

// TestTheSpiderFindsAPlantedHole opens one route after the other to everybody, as if its check had been forgotten, and
// wants the spider to say so.
func TestTheSpiderFindsAPlantedHole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, path, reports string }{
		{http.MethodGet, "/notifications/inbox", "GET /notifications/inbox shows"},
		{http.MethodPatch, "/reviews/:review_id", "taken over"},
		{http.MethodDelete, "/users/me/sessions/:session_id", secretAddress}, // in what is gone
		{http.MethodPost, "/notifications/read", "read_at"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			a := newTestApp(t)
			victim := stageVictim(t, a)
			s := &spider{t: t, a: a, token: signedIn(t, a, member(t, a, "spider", auth.RoleMember)).Access, ids: map[int64]bool{}}
			s.handler = openTo(a.handler, c.method, c.path, signedIn(t, a, victim).Access)
			found := strings.Join(s.attack(victim), "\n")
			if !strings.Contains(found, c.reports) {
				t.Errorf("it says only %q", found)
			}
		})
	}
}

// openTo is h with a hole: whoever calls the route is taken for the holder of the token.
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

// guesses is how many ids of each kind are tried unseen; the stage has fewer rows in every table.
const guesses = 12

// spider sends requests with all the ids that it knows.
type spider struct {
	t       *testing.T
	a       *app
	handler http.Handler // of the app, or one with a hole
	token   string
	ids     map[int64]bool
	sent    int
	found   []string
}

// attack crawls and tramples, and returns all that it could see or change and should not.
func (s *spider) attack(victim user.User) []string {
	s.t.Helper()
	before := belongings(s.t, s.a, victim)
	for table, rows := range before {
		if len(rows) == 0 {
			s.t.Fatalf("the victim has nothing in %s", table)
		}
		if id, ok := rows[0]["id"].(int64); table != "files" && (!ok || id > guesses) {
			s.t.Errorf("nobody guesses id %v in %s", rows[0]["id"], table)
		}
	}
	s.crawl()
	if !s.ids[victim.ID] {
		s.t.Error("the spider has not even seen its victim")
	}
	s.trample()
	if diff := cmp.Diff(before, belongings(s.t, s.a, victim)); diff != "" {
		s.found = append(s.found, "the victim's changed (-before +after):\n"+diff)
	}
	return s.found
}

// crawl reads every route with every id until nothing new is seen.
func (s *spider) crawl() {
	for known := -1; known < len(s.ids); {
		known = len(s.ids)
		for _, r := range s.a.router.Routes() {
			if r.Method != http.MethodGet || r.Path == "/notifications" {
				continue
			}
			for _, target := range s.targets(r.Path) {
				s.collect(s.send(http.MethodGet, target, "", ""))
			}
		}
	}
}

// collect takes every number that stands under a name ending in id.
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

// trample tries to write: every id on every path with one, by every method, and in every body that takes one.
// What is hidden from it, such as sessions, it guesses: the numbers are small.
func (s *spider) trample() {
	for id := range int64(guesses) {
		s.ids[id+1] = true
	}
	tried := map[string]bool{}
	for _, r := range s.a.router.Routes() {
		if !strings.Contains(r.Path, ":") || tried[r.Path] {
			continue
		}
		tried[r.Path] = true
		for _, target := range s.targets(r.Path) {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
				s.attempt(method, target)
			}
		}
	}
	everything := make([]string, 0, len(s.ids))
	for id := range s.ids {
		everything = append(everything, itoa(id))
		s.send(http.MethodPost, "/reviews", asForm, "title=t&content=c&user_id=1&movie_id="+itoa(id))
	}
	s.send(http.MethodPost, "/notifications/read", asJSON, `{"ids": [`+strings.Join(everything, ",")+`]}`)
	s.send(http.MethodPost, "/notifications/read", asJSON, `{"up_to": 1000000}`)
}

// attempt sends what any of the routes on this path would take.
func (s *spider) attempt(method, target string) {
	s.send(method, target, "", "")
	if method != http.MethodPost && method != http.MethodPatch {
		return
	}
	s.send(method, target, asJSON, `{"age": 99}`)
	s.send(method, target, asJSON, `{"password": "taken over", "current_password": "password"}`)
	s.send(method, target, asJSON, `{"title": "taken over"}`)
	s.send(method, target, asForm, "update_title=taken+over")
	s.send(method, target, "multipart/form-data; boundary=b", imageForm(nil))
	s.send(method, target, "multipart/form-data; boundary=b", strings.ReplaceAll(imageForm(nil), `"image"`, `"update_image"`))
}

// targets puts every known id, and the names of files, into a path.
func (s *spider) targets(path string) []string {
	if !strings.Contains(path, "_id") {
		return []string{strings.NewReplacer(":owner", "users", ":kind", "profile_images", ":name", "x.jpg").Replace(path)}
	}
	var out []string
	for _, id := range slices.Sorted(maps.Keys(s.ids)) {
		out = append(out, strings.NewReplacer(":user_id", itoa(id), ":movie_id", itoa(id), ":review_id", itoa(id), ":session_id", itoa(id)).Replace(path))
	}
	return out
}

// send sends a request as the spider and looks for secrets in the answer.
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
	for _, secret := range []string{secretAgent, secretAddress, secretLogin, secretMessage, "$2a$"} {
		if strings.Contains(w.Body.String(), secret) {
			s.found = append(s.found, fmt.Sprintf("%s %s shows %q: %s", method, target, secret, w.Body))
		}
	}
	if w.Code >= http.StatusInternalServerError {
		s.found = append(s.found, fmt.Sprintf("%s %s: status %d: %s", method, target, w.Code, w.Body))
	}
	return w.Body.Bytes()
}

// stageVictim makes a member who has some of everything, and friends who gave some of it.
func stageVictim(t *testing.T, a *app) user.User {
	t.Helper()
	victim, friend := member(t, a, "victim", auth.RoleMember), member(t, a, "friend", auth.RoleMember)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		_, err := a.users.Login(ctx, "victim", "password", user.Device{IP: secretAddress, UserAgent: secretAgent})
		must(err)
	}
	pic, err := a.users.Decode(ctx, media.Upload{Name: "a.png", Data: drawing(t)})
	must(err)
	_, err = a.users.SetImage(ctx, victim.ID, pic)
	must(err)
	own := film(t, a, victim.ID)
	poster(t, a, own)
	_, err = a.movies.Update(ctx, own, movie.Patch{})
	must(err)
	written, err := a.reviews.Create(ctx, review.Draft{
		UserID: victim.ID, MovieID: film(t, a, friend.ID), Title: "t", Content: "c", Image: &media.Upload{Name: "a.png", Data: drawing(t)},
	})
	must(err)
	_, err = a.reactions.SetLike(ctx, friend.ID, written.ID, true)
	must(err)
	_, err = a.reactions.SetLike(ctx, victim.ID, reviewBy(t, a, friend.ID), true)
	must(err)
	_, err = a.reactions.React(ctx, victim.ID, own, "like")
	must(err)
	for _, pair := range [][2]int64{{victim.ID, friend.ID}, {friend.ID, victim.ID}} {
		_, err = a.follows.Set(ctx, pair[0], pair[1], true)
		must(err)
	}
	must(a.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&user.User{}).Where("id = ?", victim.ID).UpdateColumn("last_login", time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)).Error
	}))
	return victim
}

// belongings is every row that is the victim's, by table. What others may add stands in counters and in
// notifications to the victim, so those of the counters that fans move, and rows that are new, are left out.
func belongings(t *testing.T, a *app, victim user.User) map[string][]map[string]any {
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
		"follows":         {"follower_id", nil},
		"notifications":   {"user_id", nil},
	} {
		var rows []map[string]any
		if err := a.db.Reader(t.Context()).Table(table).Where(q.owner+" = ?", victim.ID).Order("id").Find(&rows).Error; err != nil {
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

// spiderID is the id of the spider, 0 when it is nobody.
func spiderID(t *testing.T, a *app) int64 {
	t.Helper()
	var id int64
	if err := a.db.Reader(t.Context()).Model(&user.User{}).Where("username = ?", "spider").Limit(1).Pluck("id", &id).Error; err != nil {
		t.Fatal(err)
	}
	return id
}

// files asks for every file that a row names.
func files(t *testing.T, a *app, rows map[string][]map[string]any) []map[string]any {
	t.Helper()
	var out []map[string]any
	for table, column := range map[string]string{"users": "profile_image", "movies": "poster_image", "reviews": "image"} {
		for _, row := range rows[table] {
			key, ok := row[column].(string)
			if !ok || key == "" {
				t.Fatalf("%s has no %s: %v", table, column, row)
			}
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/media/"+key, http.NoBody))
			out = append(out, map[string]any{"key": key, "status": w.Code, "bytes": w.Body.Len()})
		}
	}
	slices.SortFunc(out, func(x, y map[string]any) int { return strings.Compare(x["key"].(string), y["key"].(string)) })
	return out
}
