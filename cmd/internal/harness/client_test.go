package harness

import (
	"net/http"
	"testing"
)

func TestTheNextPageIsReadFromTheLinkHeader(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"": "", `</movies?limit=30&cursor=abc>; rel="next"`: "/movies?limit=30&cursor=abc",
		`<http://127.0.0.1:1/movies?cursor=x%3D>; rel="next"`:       "/movies?cursor=x%3D",
		`<http://other:1/notifications/inbox?cursor=x>; rel="next"`: "/notifications/inbox?cursor=x",
		`</movies>; rel="first"`:                                    "",
		`</movies>; rel="prev"`:                                     "",
	} {
		if got := NextPage(http.Header{"Link": {link}}); got != want {
			t.Errorf("%s leads to %q, want %q", link, got, want)
		}
	}
}
