package app_test

import (
	"database/sql/driver"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/database"
)

// TestForeignLockOnTheFileRefusesWritesInTime holds the write lock as a shell does that was left in a transaction.
func TestForeignLockOnTheFileRefusesWritesInTime(t *testing.T) {
	t.Parallel()
	file := apptest.SQLiteFile(t)
	a := apptest.With(t, apptest.ConfigOn(t, file))
	server := apptest.Serve(t, a.Handler)
	s := apptest.Client{T: t, Base: server.URL}
	_, token := s.SignUp("member")
	film := s.Film(token, "기생충")

	unlock := lockFile(t, a.DB, file.DSN)
	writes := []struct{ method, path, kind, body string }{
		{http.MethodPost, "/reviews", apptest.Form, fmt.Sprintf("movie_id=%d&title=a&content=b", film)},
		{http.MethodPost, "/movies", apptest.JSON, `{"title":"a","plot":"","cast":[],"playtime":90,"genre":"Drama"}`},
		{http.MethodPost, "/users/login", apptest.JSON, `{"username":"member","password":"correct horse"}`},
		{http.MethodPost, "/signin", apptest.Form, "username=member&password=correct+horse"},
		{http.MethodPost, fmt.Sprintf("/likes/movies/%d/like", film), "", ""},
		{http.MethodPatch, "/users/me", apptest.JSON, `{"age":40}`},
		{http.MethodDelete, fmt.Sprintf("/movies/%d", film), "", ""},
	}
	var wg sync.WaitGroup
	for _, w := range writes {
		for range 3 { // one after another, each timeout would add to the others
			wg.Go(func() {
				got, err := s.Try(token, w.method, w.path, w.kind, w.body)
				if err != nil {
					t.Errorf("%s %s: %v", w.method, w.path, err)
				} else if got.Status != 503 || got.Header.Get("Retry-After") == "" {
					t.Errorf("%s %s: got %d with Retry-After %q, want 503: %s", w.method, w.path, got.Status, got.Header.Get("Retry-After"), got.Body)
				}
			})
		}
	}
	s.Get(token, "/users/me") // reads go on
	wg.Wait()
	unlock()
	if films := s.Get("", "/movies").List(t); len(films) != 1 {
		t.Errorf("got %d films after refused writes, want 1", len(films))
	}
	s.Post(201, token, "/reviews", apptest.Form, fmt.Sprintf("movie_id=%d&title=a&content=b", film))
}

// lockFile takes the write lock of a SQLite file with a connection of its own.
func lockFile(t *testing.T, db *database.DB, path string) (unlock func()) {
	t.Helper()
	conn, err := db.Pools()["writer"].Driver().Open("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	unlock = sync.OnceFunc(func() {
		if err := conn.Close(); err != nil { // rolls back
			t.Error(err)
		}
	})
	t.Cleanup(unlock)
	if _, err := conn.(driver.ExecerContext).ExecContext(t.Context(), "BEGIN IMMEDIATE", nil); err != nil {
		t.Fatal(err)
	}
	return unlock
}
