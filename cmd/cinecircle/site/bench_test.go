package site_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/movie"
)

// BenchmarkPages asks for a list of 24 films and for one film, as a guest.
func BenchmarkPages(b *testing.B) {
	a := apptest.New(b)
	for i := range 48 {
		d := movie.Draft{Title: "여름밤 film " + strconv.Itoa(i), Playtime: 90, Genre: "Drama", Plot: "A film about summer & rain."}
		if _, err := a.Movies.Create(b.Context(), 0, d); err != nil {
			b.Fatal(err)
		}
	}
	for _, path := range []string{"/films", "/film/7", "/signin"} {
		b.Run(path[1:], func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, http.NoBody)
			r.Header.Set("Accept", "text/html")
			ask := func() {
				w := httptest.NewRecorder()
				if a.Handler.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatalf("%s: %d %s", path, w.Code, w.Body)
				}
			}
			ask() // the first page of a language compiles the templates
			b.ReportAllocs()
			for b.Loop() {
				ask()
			}
		})
	}
}
