package app_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/idempotency"
)

// repeater sends POST requests with an Idempotency-Key.
type repeater struct {
	*apptest.Client
	app   *app.App
	id    int64
	token string
	film  int64
}

func newRepeater(t *testing.T) *repeater {
	t.Helper()
	a := apptest.New(t)
	server := apptest.Serve(t, a.Handler)
	r := &repeater{Client: &apptest.Client{T: t, Base: server.URL}, app: a}
	r.id, r.token = r.SignUp("member")
	r.film = r.Film(r.token, "기생충")
	return r
}

func (r *repeater) post(token, target, contentType, body string, header ...string) apptest.Answer {
	r.T.Helper()
	sent := http.Header{}
	for i := 0; i < len(header); i += 2 {
		sent.Add(header[i], header[i+1])
	}
	got, err := r.TryWith(sent, token, http.MethodPost, target, contentType, body)
	if err != nil {
		r.T.Fatal(err)
	}
	return got
}

func (r *repeater) review(title string) string {
	return fmt.Sprintf("movie_id=%d&title=%s&content=c", r.film, title)
}

const filmBody = `{"title": "괴물", "plot": "", "cast": [], "playtime": 119, "genre": "SF"}`

// rows returns how many rows a table has.
func (r *repeater) rows(table string) (n int64) {
	r.T.Helper()
	if err := r.app.DB.Reader(r.T.Context()).Table(table).Count(&n).Error; err != nil {
		r.T.Fatal(err)
	}
	return n
}

func code(t *testing.T, a apptest.Answer) string {
	t.Helper()
	text, _ := a.JSON(t)["code"].(string)
	return text
}

func TestSameKeyAndRequestGetTheSameResponse(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	upload := func(title string) (kind, body string) { // with a new boundary each time
		other := r.Film(r.token, "other "+title)
		return apptest.Upload(t, map[string]string{"movie_id": fmt.Sprint(other), "title": title, "content": "c"}, "review_image", "a.png", apptest.PNG(t))
	}
	kind, withImage := upload("image")
	boundary := kind[strings.Index(kind, "boundary=")+len("boundary="):]
	for name, c := range map[string]struct {
		target, kind, body, againKind, again string
		status                               int
	}{
		"film":         {"/movies", apptest.JSON, filmBody, "", "", 201},
		"JSON again":   {"/movies", apptest.JSON, filmBody, "", `{"genre":"SF","title":"괴물","plot":"","cast":[],"playtime":119}`, 201},
		"review":       {"/reviews", apptest.Form, r.review("a"), "", "content=c&title=a&movie_id=" + fmt.Sprint(r.film), 201},
		"image":        {"/reviews", kind, withImage, strings.ReplaceAll(kind, boundary, "xyz"), strings.ReplaceAll(withImage, boundary, "xyz"), 201},
		"invalid":      {"/movies", apptest.JSON, `{"title": ""}`, "", "", 422},
		"malformed":    {"/movies", apptest.JSON, `{"title`, "", "", 400},
		"content type": {"/movies", "text/plain", "a", "", "", 415},
		"too large":    {"/movies", apptest.JSON, `{"title": "` + strings.Repeat("a", 300<<10) + `"}`, "", "", 413},
		"unknown film": {"/reviews", apptest.Form, "movie_id=999999&title=a&content=c", "", "", 404},
	} {
		if c.again == "" {
			c.again = c.body
		}
		if c.againKind == "" {
			c.againKind = c.kind
		}
		key := "key/" + strings.ReplaceAll(name, " ", "-")
		films, reviews := r.rows("movies"), r.rows("reviews")
		first := r.post(r.token, c.target, c.kind, c.body, "Idempotency-Key", key, "Accept-Language", "ko")
		if first.Status != c.status || first.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: got %d, replayed %q, want %d: %s", name, first.Status, first.Header.Get("Idempotency-Replayed"), c.status, first.Body)
		}
		made := r.rows("movies") + r.rows("reviews") - films - reviews
		if (first.Status == 201) != (made == 1) {
			t.Errorf("%s: %d rows were made", name, made)
		}
		second := r.post(r.token, c.target, c.againKind, c.again, "Idempotency-Key", key, "Accept-Language", "en")
		if second.Status != first.Status || string(second.Body) != string(first.Body) || second.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: got %d %s, replayed %q; want again %d %s", name, second.Status, second.Body, second.Header.Get("Idempotency-Replayed"), first.Status, first.Body)
		}
		for _, h := range []string{"Location", "ETag", "Content-Type", "Content-Language", "Cache-Control"} {
			if first.Header.Get(h) != second.Header.Get(h) {
				t.Errorf("%s: %s is %q, want %q as before", name, h, second.Header.Get(h), first.Header.Get(h))
			}
		}
		if again := r.rows("movies") + r.rows("reviews") - films - reviews; again != made {
			t.Errorf("%s: the repetition made %d rows", name, again-made)
		}
	}
	exists := r.post(r.token, "/reviews", apptest.Form, r.review("b"), "Idempotency-Key", "exists")
	again := r.post(r.token, "/reviews", apptest.Form, r.review("b"), "Idempotency-Key", "exists")
	if exists.Status != 409 || code(t, exists) != "review_exists" || string(again.Body) != string(exists.Body) {
		t.Errorf("a second review: got %d %s and then %s", exists.Status, exists.Body, again.Body)
	}
}

func TestKeyOfAnotherRequestIsRefused(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k")
	for name, got := range map[string]apptest.Answer{
		"other body":   r.post(r.token, "/movies", apptest.JSON, strings.Replace(filmBody, "119", "120", 1), "Idempotency-Key", "k"),
		"other path":   r.post(r.token, "/reviews", apptest.Form, r.review("a"), "Idempotency-Key", "k"),
		"other type":   r.post(r.token, "/movies", "text/plain", filmBody, "Idempotency-Key", "k"),
		"a name twice": r.post(r.token, "/movies", apptest.JSON, strings.Replace(filmBody, "{", `{"title": "a", `, 1), "Idempotency-Key", "k"),
	} {
		if got.Status != 422 || code(t, got) != "idempotency_key_reused" {
			t.Errorf("%s: got %d %s, want 422 idempotency_key_reused", name, got.Status, got.Body)
		}
	}
	_, other := r.SignUp("other")
	if got := r.post(other, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k"); got.Status != 201 || got.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("the same key of another member: got %d %s", got.Status, got.Body)
	}
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "K"); got.Header.Get("Idempotency-Replayed") != "" {
		t.Error("a key of another case was taken for the same")
	}
}

func TestMalformedKeyIsInvalid(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	films := r.rows("movies")
	for _, keys := range [][]string{{""}, {strings.Repeat("a", 256)}, {"a b"}, {"é"}, {"a\tb"}, {"a", "b"}} {
		header := []string{}
		for _, key := range keys {
			header = append(header, "Idempotency-Key", key)
		}
		got := r.post(r.token, "/movies", apptest.JSON, filmBody, header...)
		errs, _ := got.JSON(t)["errors"].([]any)
		if got.Status != 422 || len(errs) != 1 || errs[0].(map[string]any)["field"] != "Idempotency-Key" {
			t.Errorf("%q: got %d %s, want 422 on Idempotency-Key", keys, got.Status, got.Body)
		}
	}
	if n := r.rows("movies"); n != films {
		t.Errorf("%d films were made", n-films)
	}
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", strings.Repeat("~", 255)); got.Status != 201 {
		t.Errorf("255 characters: got %d %s", got.Status, got.Body)
	}
	if got := r.post("bad", "/movies", apptest.JSON, filmBody, "Idempotency-Key", "a b"); got.Status != 401 {
		t.Errorf("without a good token: got %d, want 401 first", got.Status)
	}
}

// TestRequestWhoseTwinRunsIsInUse sends the headers of one request and no body yet.
func TestRequestWhoseTwinRunsIsInUse(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /movies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		r.token, len(filmBody))
	if !harness.Eventually(t.Context(), apptest.Patience, func() bool { return r.rows("idempotency_keys") == 1 }) {
		t.Fatal("the twin has no key")
	}
	got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k")
	if got.Status != 409 || code(t, got) != "idempotency_key_in_use" {
		t.Errorf("while the twin runs: got %d %s", got.Status, got.Body)
	}
	if err := conn.Close(); err != nil { // half a request leaves no key
		t.Fatal(err)
	}
	if !harness.Eventually(t.Context(), apptest.Patience, func() bool { return r.rows("idempotency_keys") == 0 }) {
		t.Fatal("the key of the twin is still there")
	}
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k"); got.Status != 201 {
		t.Errorf("after the twin is gone: got %d %s", got.Status, got.Body)
	}
}

func TestManyTwinsMakeOneFilm(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	films := r.rows("movies")
	var wg sync.WaitGroup
	bodies := make([]string, 20)
	for i := range bodies {
		wg.Go(func() {
			for bodies[i] == "" {
				got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k")
				switch {
				case got.Status == 201:
					bodies[i] = string(got.Body)
				case got.Status != 409:
					t.Errorf("got %d %s, want 201 or 409", got.Status, got.Body)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, body := range bodies {
		if body != bodies[0] {
			t.Errorf("got %s, want %s for all", body, bodies[0])
		}
	}
	if n := r.rows("movies") - films; n != 1 {
		t.Errorf("%d films were made, want 1", n)
	}
}

func TestKeyIsKeptForADayOrUntilTheAccountGoes(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	first := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k")
	age := func(by time.Duration) {
		t.Helper()
		err := r.app.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			return tx.Model(&idempotency.Key{}).Where("user_id = ?", r.id).UpdateColumn("created_at", time.Now().UTC().Add(-by)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	clean := func() {
		t.Helper()
		if err := idempotency.New(r.app.DB, time.Now, nil).Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	age(23 * time.Hour)
	clean()
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k"); string(got.Body) != string(first.Body) {
		t.Errorf("after 23 hours: got %d %s, want the same", got.Status, got.Body)
	}
	age(25 * time.Hour)
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k"); got.Status != 201 || string(got.Body) == string(first.Body) {
		t.Errorf("after 25 hours: got %d %s, want another film", got.Status, got.Body)
	}
	age(25 * time.Hour)
	clean()
	if n := r.rows("idempotency_keys"); n != 0 {
		t.Errorf("%d expired keys are left", n)
	}
	r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k")
	r.Want(204, r.token, http.MethodDelete, "/users/me", "", "")
	if n := r.rows("idempotency_keys"); n != 0 {
		t.Errorf("%d keys of a deleted account are left", n)
	}
}

// A process that was killed leaves a claim, which ends after its lease, or when the only process starts again.
func TestClaimOfAKilledProcessEnds(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	claim := func(until time.Time) {
		t.Helper()
		err := r.app.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			return tx.Create(&idempotency.Key{UserID: r.id, Key: "k", Token: 7, LeaseUntil: until.UTC(), CreatedAt: time.Now().UTC()}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	claim(time.Now().Add(time.Hour))
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k"); got.Status != 409 {
		t.Errorf("within the lease: got %d %s", got.Status, got.Body)
	}
	if err := idempotency.New(r.app.DB, time.Now, nil).ReleaseAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	claim(time.Now().Add(-time.Second))
	if got := r.post(r.token, "/movies", apptest.JSON, filmBody, "Idempotency-Key", "k"); got.Status != 201 {
		t.Errorf("after the lease: got %d %s", got.Status, got.Body)
	}
}

func TestFailuresOfTheServiceAreNotKept(t *testing.T) {
	t.Parallel()
	r := newRepeater(t)
	rename := func(from, to string) {
		t.Helper()
		if err := r.app.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("ALTER TABLE " + from + " RENAME TO " + to).Error }); err != nil {
			t.Fatal(err)
		}
	}
	rename("movie_grams", "away")
	rename("reviews", "gone")
	if got := r.post(r.token, "/reviews", apptest.Form, r.review("a"), "Idempotency-Key", "k"); got.Status != 500 {
		t.Errorf("got %d %s, want 500", got.Status, got.Body)
	}
	rename("gone", "reviews")
	rename("away", "movie_grams")
	got := r.post(r.token, "/reviews", apptest.Form, r.review("a"), "Idempotency-Key", "k")
	var made map[string]any
	if err := json.Unmarshal(got.Body, &made); err != nil || got.Status != 201 || got.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("once it works again: got %d %s", got.Status, got.Body)
	}
}
