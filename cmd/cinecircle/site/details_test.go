package site_test

import (
	"slices"
	"testing"

	"github.com/cinecircle/cinecircle/movie"
)

func TestTheFormOfAFilmKeepsWhatItDoesNotShow(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	m, err := a.Movies.Create(t.Context(), 1, movie.Draft{Title: "Kite", Playtime: 90, ReleaseDate: "2019", Details: movie.Details{
		OriginalTitle: "연", Genres: []string{"Drama", "War"}, Directors: []string{"Han"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.upload("/film/1/edit", nil, "title", "Kites", "plot", "", "genre", "Drama", "playtime", "91").has(t, 200, "Kites")
	m, err = a.Movies.Get(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	d, err := m.ReadDetails()
	if err != nil || m.Playtime != 91 || m.ReleaseDate != "2019" || d.OriginalTitle != "연" || !slices.Equal(d.Genres, []string{"Drama", "War"}) || !slices.Equal(d.Directors, []string{"Han"}) {
		t.Errorf("the film is %+v with %+v (%v)", m, d, err)
	}
	b.upload("/film/1/edit", nil, "title", "Kites", "plot", "", "genre", "SF", "playtime", "91").has(t, 200)
	if m, _ = a.Movies.Get(t.Context(), m.ID); m.Genre != "SF" {
		t.Errorf("the genre is %q", m.Genre)
	}
}

func TestFilmsWithoutGenreAndPlaytimeAreShown(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	if _, err := a.Movies.Create(t.Context(), 1, movie.Draft{Title: "Kite"}); err != nil {
		t.Fatal(err)
	}
	b.upload("/film/1/review", nil, "title", "Up", "content", "And away").has(t, 200)
	for _, path := range []string{"/", "/films", "/film/1", "/review/1", "/write", "/film/1/edit", "/films?q=kite"} {
		p := b.get(path)
		p.has(t, 200, "Kite")
		p.hasNot(t, "genre.", "0 min")
	}
}
