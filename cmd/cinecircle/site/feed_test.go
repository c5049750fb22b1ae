package site_test

import (
	"image/png"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestFeedsListReviewsAndTheSitemapListsFilms(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	id := addFilm(t, a, 1, "A & B")
	b.upload("/film/1/review", nil, "title", "so <good>", "content", "yes")
	for _, path := range []string{filmFeed(id), "/member/1/feed.atom"} {
		p := b.get(path)
		p.has(t, 200, "so <good>", "<name>mina</name>", server.URL+"/review/1")
		if got := p.header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
			t.Errorf("%s: %s", path, got)
		}
	}
	b.get("/sitemap.xml").has(t, 200, server.URL+"/sitemap/films-0.xml")
	b.get("/sitemap.xml").has(t, 200, server.URL+"/sitemap/reviews-0.xml", server.URL+"/sitemap/members-0.xml")
	for part, page := range map[string]string{"films-0": "/film/1", "reviews-0": "/review/1", "members-0": "/member/1"} {
		b.get("/sitemap/"+part+".xml").has(t, 200, "<loc>"+server.URL+page+"</loc><lastmod>")
	}
	for _, wrong := range []string{"films-1x.xml", "films-01.xml", "films-0", "likes-0.xml", "reviews--1.xml", "films-60000.xml"} {
		b.get("/sitemap/"+wrong).has(t, 404)
	}
	b.get("/robots.txt").has(t, 200, "Sitemap: "+server.URL+"/sitemap.xml", "Disallow: /settings")
	b.get("/film/1").has(t, 200, `<meta property="og:title" content="A & B">`, `<link rel="canonical" href="`+server.URL+`/film/1">`, `type="application/atom+xml"`)
}

func TestFeedsHaveTheSameIDsUnderEveryHostAndInEveryFeed(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	if err := a.Users.LoadIssuer(t.Context()); err != nil {
		t.Fatal(err)
	}
	community := "tag:cinecircle,2026:" + a.Users.CommunityUID()
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "A")
	addFilm(t, a, 1, "B")
	b.upload("/film/1/review", nil, "title", "first", "content", "yes")
	b.upload("/film/2/review", nil, "title", "second", "content", "yes")
	entry := regexp.MustCompile(`<entry><id>([^<]*)</id>`)
	feed := regexp.MustCompile(`<feed [^>]*><id>([^<]*)</id>`)
	ids := func(path, host string) (string, []string) {
		r := feedRequest(t, server.URL, path)
		r.Host = host
		raw := b.send(r).raw
		var entries []string
		for _, found := range entry.FindAllStringSubmatch(raw, -1) {
			entries = append(entries, found[1])
		}
		return feed.FindStringSubmatch(raw)[1], entries
	}
	seen := map[string]string{}
	for path, want := range map[string][]string{
		"/member/1/feed.atom": {community + "/review/2", community + "/review/1"},
		"/film/1/feed.atom":   {community + "/review/1"},
		"/film/2/feed.atom":   {community + "/review/2"},
	} {
		for _, host := range []string{"film.example", "www.film.example:8443", "127.0.0.1"} {
			id, entries := ids(path, host)
			if !slices.Equal(entries, want) {
				t.Errorf("%s under %s has the entries %q, want %q", path, host, entries, want)
			}
			if before, ok := seen[id]; ok && before != path || slices.Contains(want, id) {
				t.Errorf("%s under %s has the id %s of %s", path, host, id, before)
			}
			seen[id] = path
		}
	}
	if len(a.Users.CommunityUID()) != 36 {
		t.Errorf("the id of the community is %q", a.Users.CommunityUID())
	}
	if len(seen) != 3 {
		t.Errorf("three feeds have the ids %v", seen)
	}
}

func feedRequest(t *testing.T, base, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFeedsAreSentAgainOnlyWhenTheyHaveChanged(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "A")
	b.upload("/film/1/review", nil, "title", "first", "content", strings.Repeat("long enough to be compressed ", 40))
	for _, path := range []string{"/film/1/feed.atom", "/member/1/feed.atom", "/sitemap.xml"} {
		first := b.get(path)
		etag, modified := first.header.Get("ETag"), first.header.Get("Last-Modified")
		conditional := func(name, value, encoding, lang string) seen {
			r := feedRequest(t, server.URL, path)
			r.Header.Set(name, value)
			if encoding != "" {
				r.Header.Set("Accept-Encoding", encoding)
			}
			b.lang = lang
			defer func() { b.lang = "en" }()
			return b.send(r)
		}
		for _, encoding := range []string{"", "gzip", "identity"} {
			p := conditional("If-None-Match", `"other", `+etag, encoding, "en")
			if p.status != http.StatusNotModified || p.raw != "" || p.header.Get("ETag") != etag || p.header.Get("Cache-Control") == "" {
				t.Errorf("%s with %s: %d %v", path, etag, p.status, p.header)
			}
		}
		if p := conditional("If-None-Match", `"other"`, "", "en"); p.status != http.StatusOK {
			t.Errorf("%s with another ETag: %d", path, p.status)
		}
		if strings.HasPrefix(path, "/sitemap") {
			continue
		}
		if p := conditional("If-Modified-Since", modified, "", "en"); p.status != http.StatusNotModified {
			t.Errorf("%s since %q: %d", path, modified, p.status)
		}
		if p := conditional("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", "", "en"); p.status != http.StatusOK {
			t.Errorf("%s since 1994: %d", path, p.status)
		}
		if p := conditional("If-None-Match", etag, "", "ko"); p.status != http.StatusOK || p.header.Get("ETag") == etag {
			t.Errorf("%s in Korean: %d %s", path, p.status, p.header.Get("ETag"))
		}
	}
	before := b.get("/film/1/feed.atom").header.Get("ETag")
	b.upload("/film/1/review", nil, "title", "changed", "content", "b")
	if after := b.get("/film/1/feed.atom"); after.header.Get("ETag") == before {
		t.Errorf("the feed changed and its ETag is still %s", before)
	}
}

// Shared caches keep feeds: what a cookie chose for one reader must not be sent to others.
func TestFeedsFollowTheLanguageOfTheBrowserOnly(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "A")
	b.post("/preferences", "lang", "ko", "to", "/").has(t, 200, `<html lang="ko">`)
	for _, path := range []string{"/film/1/feed.atom", "/member/1/feed.atom"} {
		for lang, title := range map[string]string{"en": "Reviews ", "ko": "리뷰</title>"} {
			b.lang = lang
			p := b.get(path)
			p.has(t, 200, title)
			vary := strings.Join(p.header.Values("Vary"), ", ")
			if !strings.Contains(vary, "Accept-Language") || strings.Contains(vary, "Cookie") || p.header.Get("Content-Language") != lang {
				t.Errorf("%s in %s: Vary %q, Content-Language %q", path, lang, vary, p.header.Get("Content-Language"))
			}
		}
	}
}

func TestBrowsersFindIconsWithoutReadingAPage(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for path, kind := range map[string]string{
		"/favicon.ico": "image/x-icon", "/apple-touch-icon.png": "image/png", "/apple-touch-icon-precomposed.png": "image/png",
	} {
		p := b.get(path)
		p.has(t, 200)
		if got := p.header.Get("Content-Type"); got != kind || !strings.Contains(p.header.Get("Cache-Control"), "public") || len(p.raw) < 500 {
			t.Errorf("%s: %s, %d bytes, %v", path, got, len(p.raw), p.header)
		}
		r := feedRequest(t, server.URL, path)
		r.Header.Set("If-None-Match", p.header.Get("ETag"))
		if again := b.send(r); again.status != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.status)
		}
	}
	if icon, err := png.Decode(strings.NewReader(b.get("/apple-touch-icon.png").raw)); err != nil || icon.Bounds().Dx() != 180 {
		t.Errorf("the icon of home screens: %v", err)
	}
}

func filmFeed(id int64) string { return "/film/" + strconv.FormatInt(id, 10) + "/feed.atom" }
