package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/database"
)

func TestTheStaticAnswerIsAsLongAsAsked(t *testing.T) {
	server := httptest.NewServer(staticAnswer())
	defer server.Close()
	c := newClient(1, http.Header{headerAnswerBytes: {"1234"}})
	defer c.close()
	got, err := c.do(t.Context(), server.URL, request{method: "POST", path: "/anything", body: "read and forgotten"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.body) != 1234 {
		t.Errorf("the answer has %d bytes, want 1234", len(got.body))
	}
}

// newStore is the yardstick on three films and a member, behind a URL.
func newStore(t *testing.T) (*store, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "yardstick.db")
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	const now = "2026-11-23 01:00:00+00:00"
	for i, title := range []string{"first love", "그해 여름", "zanzibar"} {
		insert(t, db, `INSERT INTO movies (id, title, title_key, plot, cast_members, playtime, genre, poster_image, like_count, dislike_count, review_count, created_at, updated_at)
			VALUES (?, ?, ?, '', '[]', 100, 'Drama', '', 0, 0, 0, ?, ?)`, i+1, title, title, now, now)
	}
	insert(t, db, `INSERT INTO users (id, username, username_key, password_hash, age, gender, role, profile_image, follower_count, following_count, review_count, created_at, updated_at)
		VALUES (5, 'a', 'a', '', 20, 'female', 'member', '', 0, 0, 0, ?, ?)`, now, now)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, server.URL
}

func insert(t *testing.T, db *database.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.Pools()["writer"].ExecContext(t.Context(), text, args...); err != nil {
		t.Fatal(err)
	}
}

func TestTheYardstickFindsTheSameFilms(t *testing.T) {
	_, base := newStore(t)
	c := newClient(1, nil)
	defer c.close()
	for path, want := range map[string][]int64{
		"/movies?limit=30":                                   {1, 2, 3},
		"/movies?limit=2":                                    {1, 2},
		"/movies?limit=30&after=2":                           {3},
		"/movies?limit=30&title=love":                        {1},
		"/movies?limit=30&title=%EC%97%AC%EB%A6%84":          {2},
		"/movies?limit=30&title=" + "nothing-has-this-title": {},
	} {
		got, _, err := listPage(t.Context(), c, base, path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	one, err := c.do(t.Context(), base, request{method: "GET", path: "/movies/2"})
	var film storedMovie
	if err != nil || json.Unmarshal(one.body, &film) != nil || film.Title != "그해 여름" {
		t.Errorf("film 2 is %s, %v", one.body, err)
	}
}

func TestTheYardstickWritesReviewsAndCountsThem(t *testing.T) {
	s, base := newStore(t)
	c := newClient(1, nil)
	defer c.close()
	town := &community{films: []int64{1, 2, 3}, people: []person{{id: 5}}}
	for k := range 2 {
		if _, err := c.do(t.Context(), base, town.review(k)); err != nil {
			t.Fatal(err)
		}
	}
	var reviews, ofUser, ofMovies int
	row := s.writer.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM reviews WHERE user_id = 5), (SELECT review_count FROM users), (SELECT sum(review_count) FROM movies)`)
	if err := row.Scan(&reviews, &ofUser, &ofMovies); err != nil {
		t.Fatal(err)
	}
	if reviews != 2 || ofUser != 2 || ofMovies != 2 {
		t.Errorf("%d reviews, %d counted at the member and %d at the films; want 2 everywhere", reviews, ofUser, ofMovies)
	}
	again := town.review(0)
	again.want = http.StatusInternalServerError
	if _, err := c.do(t.Context(), base, again); err != nil {
		t.Errorf("a second review of the same film: %v, want a 500", err)
	}
}
