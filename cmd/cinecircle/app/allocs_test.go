package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/movie"
)

// TestReadsOfFilmsAllocateLittle asks the whole program, every middleware included. The ceilings are a
// tenth above what the race detector makes of it: 83, 908, 1342 and 177; without it there are 74, 776, 1208 and 168. Before
// films had details and ratings, a list of 30 took 729 with the race detector. The driver without C allocates more: 135, 1080,
// 1763 and 244.
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
		{"/movies/7", 95, 148},
		{"/movies?limit=30", 1000, 1190},
		{"/movies?limit=30&title=film", 1475, 1940}, // all 60 are pending, and looked up, other titles too, to find out which match best
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
