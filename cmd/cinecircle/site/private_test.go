package site_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestBrowsersKeepNoPagesWithDevicesOrNotifications(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	if err := a.Users.Grant(t.Context(), "mina"); err != nil {
		t.Fatal(err)
	}
	addFilm(t, a, 1, "A")
	for _, path := range []string{"/settings", "/inbox", "/admin/members", "/admin/films", "/settings/delete", "/film/1/delete"} {
		if got := b.get(path).header.Get("Cache-Control"); got != "private, no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
	for _, path := range []string{"/", "/film/1", "/member/1"} { // these may go to the back-forward cache
		if got := b.get(path).header.Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}

func TestAnAssetOfAnotherVersionIsAnsweredWithTheOneOfThisVersion(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	now := regexp.MustCompile(`/site/site\.[0-9a-f]+\.css`).FindString(b.get("/").body)
	old := b.get("/site/site.0123456789ab.css")
	old.has(t, 200)
	if old.body != b.get(now).body || old.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(old.header.Get("Content-Type"), "text/css") {
		t.Errorf("%v", old.header)
	}
	for _, path := range []string{"/site/other.0123456789ab.css", "/site/site.css", "/site/site.x.css", "/site/site.0123456789ab.js.css"} {
		if p := b.get(path); p.status != 404 || strings.Contains(p.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", path, p.status, p.header)
		}
	}
}

func TestDifferentPagesHaveDifferentTitles(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	title := regexp.MustCompile(`<title>[^<]*</title>`)
	pages := map[string]string{}
	for _, path := range []string{"/", "/films", "/latest", "/members", "/member/1", "/member/1/followers", "/member/1/followings", "/inbox", "/inbox?unread=true"} {
		p := b.get(path)
		of := title.FindString(p.body)
		if other, ok := pages[of]; ok {
			t.Errorf("%s and %s are both %s", path, other, of)
		}
		pages[of] = path
		if !strings.HasPrefix(path, "/inbox") {
			p.has(t, 200, `<meta name="description"`)
		}
	}
}

func TestTheResultOfASearchIsTold(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for range 25 {
		addFilm(t, a, 1, "Kite")
	}
	addFilm(t, a, 1, "Heron")
	for path, want := range map[string]string{
		"/films?q=heron": ">1 film<", "/films?q=kite": ">More than 24 films<", "/films?q=zebra": ">0 films<", "/films": "></p>",
		"/members?q=min": ">1 member<",
	} {
		b.get(path).has(t, 200, `id="found" role="status"`+want)
	}
	b.get("/films").hasNot(t, "aria-live=\"polite\">")
}
