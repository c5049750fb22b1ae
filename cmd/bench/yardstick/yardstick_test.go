package yardstick

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/platform/database"
)

// send sends a request of member 5 and returns the status and the body.
func send(t *testing.T, method, url, form string, header ...string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(HeaderMember, "5")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func TestStaticAnswerHasTheRequestedLength(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(staticAnswer())
	defer server.Close()
	if _, body := send(t, "POST", server.URL+"/anything", "read and forgotten", HeaderAnswerBytes, "1234"); len(body) != 1234 {
		t.Errorf("the body has %d bytes, want 1234", len(body))
	}
}

// newStore returns a yardstick with three films and two members, and its URL.
func newStore(t *testing.T) (*store, string) {
	t.Helper()
	on := database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "yardstick.db")}
	db, err := database.Open(t.Context(), on)
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
	for _, id := range []int{5, 6} {
		insert(t, db, `INSERT INTO users (id, username, username_key, password_hash, age, gender, role, profile_image, follower_count, following_count, review_count, created_at, updated_at)
			VALUES (?, ?, ?, '', 20, 'female', 'member', '', 0, 0, 0, ?, ?)`, id, id, id, now, now)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := openStore(t.Context(), on)
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

// fileOf returns the file of the store's database.
func fileOf(t *testing.T, s *store) (file string) {
	t.Helper()
	if err := s.db.Row(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestListsAndSearchesFindFilms(t *testing.T) {
	t.Parallel()
	_, base := newStore(t)
	for path, want := range map[string][]int64{
		"/movies?limit=30":                                   {1, 2, 3},
		"/movies?limit=2":                                    {1, 2},
		"/movies?limit=30&after=2":                           {3},
		"/movies?limit=30&title=love":                        {1},
		"/movies?limit=30&title=%EC%97%AC%EB%A6%84":          {2},
		"/movies?limit=30&title=" + "nothing-has-this-title": {},
	} {
		_, body := send(t, "GET", base+path, "")
		var films []storedMovie
		if err := json.Unmarshal(body, &films); err != nil {
			t.Fatal(err)
		}
		ids := []int64{}
		for _, m := range films {
			ids = append(ids, m.ID)
		}
		if diff := cmp.Diff(want, ids); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	_, body := send(t, "GET", base+"/movies/2", "")
	var film storedMovie
	if err := json.Unmarshal(body, &film); err != nil || film.Title != "그해 여름" {
		t.Errorf("film 2 is %s, %v", body, err)
	}
}

// counted returns the number that a query selects.
func (s *store) counted(t *testing.T, query string) (n int) {
	t.Helper()
	if err := s.writer.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWritesUpdateRowsAndCounters(t *testing.T) {
	t.Parallel()
	s, base := newStore(t)
	review := func(film string) string { return "movie_id=" + film + "&title=t&content=c" }
	for _, c := range []struct {
		method, path, form string
		header             []string
		status             int
	}{
		{"POST", "/reviews", review("1"), nil, 201},
		{"POST", "/reviews", review("2"), nil, 201},
		{"POST", "/reviews", review("1"), nil, 500}, // a second review of the film
		{"POST", "/likes/reviews/1/like", "", []string{HeaderMember, "6"}, 200},
		{"POST", "/likes/reviews/1/like", "", []string{HeaderMember, "6"}, 200}, // changes nothing
		{"POST", "/likes/reviews/1/unlike", "", []string{HeaderMember, "6"}, 200},
		{"POST", "/likes/reviews/1/like", "", []string{HeaderMember, "6"}, 200},
		{"POST", "/likes/reviews/9/like", "", nil, 500},
		{"POST", "/users/5/follow", "", []string{HeaderMember, "6"}, 200},
		{"POST", "/users/6/follow", "", nil, 200},
		{"POST", "/users/6/unfollow", "", nil, 200},
	} {
		if status, body := send(t, c.method, base+c.path, c.form, c.header...); status != c.status {
			t.Errorf("%s is %d, want %d: %s", c.path, status, c.status, body)
		}
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM reviews WHERE user_id = 5":                             2,
		"SELECT review_count FROM users WHERE id = 5":                                2,
		"SELECT sum(review_count) FROM movies":                                       2,
		"SELECT like_count FROM reviews WHERE id = 1":                                1,
		"SELECT count(*) FROM review_likes WHERE is_liked":                           1,
		"SELECT follower_count FROM users WHERE id = 5":                              1,
		"SELECT sum(following_count) FROM users":                                     1,
		"SELECT last_seq FROM notification_states WHERE user_id = 5":                 3,
		"SELECT max(seq) FROM notifications WHERE user_id = 5":                       3,
		"SELECT count(*) FROM notifications WHERE read_at IS NULL AND review_id = 1": 1,
	} {
		if got := s.counted(t, query); got != want {
			t.Errorf("%s is %d, want %d", query, got, want)
		}
	}
	for path, want := range map[string]int{"/movies/1/reviews?limit=9": 1, "/users/me/followings?limit=9": 0, "/notifications/inbox?limit=2": 2} {
		_, body := send(t, "GET", base+path, "")
		var rows []map[string]any
		if err := json.Unmarshal(body, &rows); err != nil || len(rows) != want {
			t.Errorf("%s has %d rows (%v), want %d: %s", path, len(rows), err, want, body)
		}
	}
}

func TestPagesHaveTheRequestedLength(t *testing.T) {
	t.Parallel()
	_, base := newStore(t)
	if status, body := send(t, "POST", base+"/reviews", "movie_id=2&title=a+%3C+b&content=c"); status != http.StatusCreated {
		t.Fatalf("%d: %s", status, body)
	}
	for path, want := range map[string]string{"/films": "zanzibar", "/film/2": "a &lt; b"} {
		status, body := send(t, "GET", base+path, "", HeaderAnswerBytes, "5000")
		if status != http.StatusOK || len(body) != 5000 || !strings.Contains(string(body), want) {
			t.Errorf("%s is %d with %d bytes, want 5000 with %q:\n%s", path, status, len(body), want, body)
		}
	}
}

func TestTheUsualServerPushesLikesToTheAuthorOnly(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	insert(t, s.db, `INSERT INTO reviews (id, user_id, movie_id, title, content, image, like_count, created_at, updated_at)
		VALUES (1, 6, 1, '', '', '', 0, '2026-11-23 01:00:00+00:00', '2026-11-23 01:00:00+00:00')`)
	u, err := openUsual(t.Context(), database.Config{Driver: database.SQLite, DSN: fileOf(t, s)})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	u.routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	listen := func(member string) *websocket.Conn {
		conn, answer, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/notifications?"+QueryMember+"="+member, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	author, other := listen("6"), listen("5")
	for range 2 { // the second one after it was taken back
		send(t, "POST", server.URL+"/likes/reviews/1/unlike", "")
		if status, body := send(t, "POST", server.URL+"/likes/reviews/1/like", ""); status != http.StatusOK {
			t.Fatalf("like: %d %s", status, body)
		}
		var frame usualFrame
		if err := author.ReadJSON(&frame); err != nil || frame.ReviewID != 1 || frame.Actor.ID != 5 {
			t.Errorf("the author reads %+v, %v", frame, err)
		}
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	if _, text, err := other.ReadMessage(); err == nil {
		t.Errorf("another member reads %s", text)
	}
}
