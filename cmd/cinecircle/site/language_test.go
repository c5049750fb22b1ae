package site_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
)

func TestTextsOfPeopleSayTheirLanguageWhereItIsNotThatOfThePage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "소금빛 기차")
	b.upload("/film/1/edit", nil, "title", "소금빛 기차", "plot", "A plot.\n\n느린 기차.", "genre", "Drama", "playtime", "90").has(t, 200)
	b.upload("/film/1/review", nil, "title", "Up", "content", "And away.\r\nIn verse.").has(t, 200)
	for lang, want := range map[string][]string{
		"en": {`<h1><bdi lang="ko">소금빛 기차</bdi></h1>`, `<p dir="auto">A plot.</p>`, `<p dir="auto" lang="ko">느린 기차.</p>`, `<bdi>Up</bdi>`, "<p dir=\"auto\">And away.\nIn verse.</p>"},
		"ko": {`<h1><bdi>소금빛 기차</bdi></h1>`, `<p dir="auto" lang="en">A plot.</p>`, `<p dir="auto">느린 기차.</p>`, `<bdi lang="en">Up</bdi>`, "<p dir=\"auto\" lang=\"en\">And away.\nIn verse.</p>"},
	} {
		b.lang = lang
		page := b.get("/film/1").raw
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("the page in %s lacks %s", lang, text)
			}
		}
	}
}

func TestPagesAndErrorsAreInTheLanguageOfTheCommunityForWhoeverAsksForNeither(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{config.English, config.Korean} {
		c := apptest.Config(t)
		c.Community.Language = lang
		handler := apptest.With(t, c).Handler
		for accept, want := range map[string]string{"": lang, "fr": lang, "*": lang, "en;q=x": lang, "ko": "ko", "en": "en", "fr, ko;q=0.5": "ko", "fr, en;q=0.5": "en"} {
			for _, path := range []string{"/", "/films", "/film/1", "/member/1/feed.atom", "/users/1", "/users/x"} {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
				if accept != "" {
					r.Header.Set("Accept-Language", accept)
				}
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if got := w.Header().Get("Content-Language"); got != want {
					t.Errorf("%s of a community in %s, asked with %q: %d in %q, want %q", path, lang, accept, w.Code, got, want)
				}
			}
		}
	}
}
