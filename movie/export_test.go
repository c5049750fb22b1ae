package movie_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
)

func TestAnExportIsTakenBackUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.add(t, adder, full())
	s.add(t, adder, nil)
	s.add(t, adder, object{"plot": "other"}) // of the same title, without a year
	s.add(t, adder, object{"title": "<b>&amp;\u2028\"\\", "cast": []object{{"name": "x", "role": ""}}, "release_date": "2019-02"})
	s.imports(t, movie.LoadOptions{}, row("Nothing else", "", nil), row("No playtime", "2001", func(i *movie.Item) { i.Draft.Genres = []string{"Noir"} }))
	var first bytes.Buffer
	if n, err := s.movies.Export(t.Context(), &first); n != 6 || err != nil {
		t.Fatalf("exported %d films, %v", n, err)
	}
	if got := s.load(t.Context(), t, movie.JSONLines, bytes.NewReader(first.Bytes())); got.Err != nil || len(got.Titles) != 6 || len(got.Bad) != 0 {
		t.Errorf("into the same catalogue: %+v", got)
	}
	other := newStage(t)
	if got := other.load(t.Context(), t, movie.JSONLines, bytes.NewReader(first.Bytes())); got.Err != nil || len(got.Bad) != 0 {
		t.Fatalf("into another catalogue: %+v", got)
	}
	var second bytes.Buffer
	if _, err := other.movies.Export(t.Context(), &second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(first.String(), "\n"), strings.Split(second.String(), "\n")); diff != "" {
		t.Errorf("(-exported +exported after an import):\n%s", diff)
	}
}
