package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
)

// TestReadsOfFilmsAllocateLittle asks the whole program, every middleware included. The ceilings are a
// tenth above what the race detector makes of it: 80, 850, 1280 and 177; without it there are 71, 718, 1146 and 168. The driver
// without C allocates more: 135, 1080, 1763 and 244 when encoding/json encoded the times.
// It runs alone, since everybody's allocations are counted.
func TestReadsOfFilmsAllocateLittle(t *testing.T) {
	a := apptest.OnFile(t)
	role := "기택"
	for i := range 60 {
		d := movie.Draft{Title: fmt.Sprintf("여름밤 film %d", i), Playtime: 90, Genre: "Drama", Cast: []movie.CastMember{{Name: "송강호", Role: &role}}}
		if _, err := a.Movies.Create(t.Context(), 0, d); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		target         string
		most, withoutC float64
	}{
		{"/movies/7", 92, 148},
		{"/movies?limit=30", 935, 1190},
		{"/movies?limit=30&title=film", 1410, 1940}, // all 60 are pending, and looked up, other titles too, to find out which match best
		{"/movies?limit=30&title=nothing", 195, 268},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.target, http.NoBody)
		got := testing.AllocsPerRun(200, func() {
			w := httptest.NewRecorder()
			if a.Handler.ServeHTTP(w, r); w.Code != http.StatusOK {
				t.Errorf("%s: %d %s", c.target, w.Code, w.Body)
			}
		})
		most := c.most
		if !apptest.CGo {
			most = c.withoutC
		}
		if got > most {
			t.Errorf("GET %s takes %.0f allocations, want at most %.0f", c.target, got, most)
		}
	}
}

// TestListsOfMembersAllocateLittle asks for pages of 30 rows with 31 members, as TestReadsOfFilmsAllocateLittle does. The
// ceilings are a sixth above what the driver with C makes of it, for the race detector: 503 and 279. An inbox took 200 more
// before its actors were joined and its times appended.
func TestListsOfMembersAllocateLittle(t *testing.T) {
	if !apptest.CGo {
		t.Skip("the driver without C allocates what it likes")
	}
	a := apptest.OnFile(t)
	me := apptest.Member(t, a, "reader", auth.RoleMember)
	r, err := a.Reviews.Create(t.Context(), review.Draft{UserID: me.ID, MovieID: apptest.Film(t, a, me.ID), Title: "a", Content: "b"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 31 {
		other := apptest.Member(t, a, fmt.Sprint("member", i), auth.RoleMember)
		if _, err := a.Follows.Set(t.Context(), me.ID, other.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Reactions.SetLike(t.Context(), auth.Viewer{UserID: other.ID, Role: auth.RoleMember}, r.ID, true); err != nil {
			t.Fatal(err)
		}
	}
	token := accessToken(t, a, me.Username)
	for target, most := range map[string]float64{"/notifications/inbox?limit=30": 580, "/users/me/followings?limit=30": 320} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		r.Header.Set("Authorization", "Bearer "+token)
		got := testing.AllocsPerRun(200, func() {
			w := httptest.NewRecorder()
			if a.Handler.ServeHTTP(w, r); w.Code != http.StatusOK {
				t.Errorf("%s: %d %s", target, w.Code, w.Body)
			}
		})
		if got > most {
			t.Errorf("GET %s takes %.0f allocations, want at most %.0f", target, got, most)
		}
	}
}
