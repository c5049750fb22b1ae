package movie_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
)

func TestDraftAcceptsExactlyTheGenres(t *testing.T) {
	t.Parallel()
	for _, genre := range movie.Genres() {
		if _, err := movie.ParseDraft(fmt.Appendf(nil, `{"title":"a","plot":"","cast":[],"playtime":1,"genre":%q}`, genre)); err != nil {
			t.Errorf("%s: %v", genre, err)
		}
	}
	if got := len(movie.Genres()); got != 23 {
		t.Errorf("there are %d genres", got)
	}
	_, err := movie.ParseDraft([]byte(`{"title":"","plot":"","cast":[{"name":""}],"playtime":0,"genre":"Opera","more":1}`))
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"more", "title", "cast[0].name", "playtime", "genre"}, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
