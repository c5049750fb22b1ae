package site_test

import (
	"net/http"
	"testing"
)

func TestUnknownPathsGiveBrowsersAPageAndProgramsAProblem(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for _, path := range []string{"/nothing", "/film/0", "/film/abc", "/film/99999999999999999999", "/review/7", "/member/7", "/site/x.css", "/sitemap/y"} {
		b.get(path).has(t, 404, "Page not found", "Or search for a film")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/nothing", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusNotFound || got != "application/problem+json" {
		t.Errorf("a program gets %d %s", answer.StatusCode, got)
	}
}

func TestErrorPageNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	if err := a.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/settings", "/films"} {
		b.get(path).has(t, http.StatusInternalServerError, "<html", "Something went wrong", "Error number, for support:")
	}
}
