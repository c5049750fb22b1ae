package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
)

// TestWritesAllocateLittle asks the whole program as TestReadsOfFilmsAllocateLittle does. The ceilings are a
// tenth above what the driver without C made of it when each request decoded its token, 295, 279, 298, 287 and 343, less the
// 35 that this took, and 13 of a review. With C there are 178, 131, 221, 209 and 224.
func TestWritesAllocateLittle(t *testing.T) {
	const runs = 200
	a := apptest.OnFile(t)
	author, reader := apptest.Member(t, a, "author", auth.RoleMember), apptest.Member(t, a, "reader", auth.RoleMember)
	r, err := a.Reviews.Create(t.Context(), review.Draft{UserID: author.ID, MovieID: apptest.Film(t, a, author.ID), Title: "a", Content: "b"})
	if err != nil {
		t.Fatal(err)
	}
	films := make([]int64, runs+1) // one of them before the counting
	for i := range films {
		films[i] = apptest.Film(t, a, author.ID)
	}
	token := accessToken(t, a, reader.Username)
	get := func(path string) func(int) *http.Request {
		return func(int) *http.Request {
			return httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		}
	}
	toggle := func(on, off string) func(int) *http.Request { // both in turn, so that each is a change
		return func(i int) *http.Request {
			return httptest.NewRequestWithContext(t.Context(), http.MethodPost, []string{on, off}[i%2], http.NoBody)
		}
	}
	for _, c := range []struct {
		name string
		next func(int) *http.Request
		most float64
	}{
		{"GET a review", get(fmt.Sprintf("/reviews/%d", r.ID)), 287},
		{"GET oneself", get("/users/me"), 251},
		{"like and unlike", toggle(fmt.Sprintf("/likes/reviews/%d/like", r.ID), fmt.Sprintf("/likes/reviews/%d/unlike", r.ID)), 293},
		{"follow and unfollow", toggle(fmt.Sprintf("/users/%d/follow", author.ID), fmt.Sprintf("/users/%d/unfollow", author.ID)), 281},
		{"create a review", func(i int) *http.Request {
			body := fmt.Sprintf("movie_id=%d&title=a&content=b", films[i])
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/reviews", strings.NewReader(body))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return req
		}, 330}, // which also marks the film watched and records an activity
	} {
		n := -1
		got := testing.AllocsPerRun(runs, func() {
			n++
			req, w := c.next(n), httptest.NewRecorder()
			req.Header.Set("Authorization", "Bearer "+token)
			if a.Handler.ServeHTTP(w, req); w.Code/100 != 2 {
				t.Fatalf("%s: %d %s", c.name, w.Code, w.Body)
			}
		})
		if got > c.most {
			t.Errorf("to %s takes %.0f allocations, want at most %.0f", c.name, got, c.most)
		}
	}
}

// accessToken signs a member in whom the tests made.
func accessToken(t *testing.T, a *app.App, name string) string {
	t.Helper()
	body := fmt.Sprintf(`{"username": %q, "password": "password of tests"}`, name)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/users/login", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	var in struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &in); err != nil || in.Token == "" {
		t.Fatalf("sign in: %d %s", w.Code, w.Body)
	}
	return in.Token
}
