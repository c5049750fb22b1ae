package site_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/site"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// The test opens every page as a guest, a member and an administrator in both languages, executed by package
// html/template and compiled.
func TestCompilingChangesNoPage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	member, admin := fillForPages(t, a, server)
	interpreted, err := a.Site.Interpreted()
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer(":comment_id", "1", ":movie_id", "1", ":review_id", "1", ":user_id", "1", ":viewing_id", "1",
		":list_id", "1", ":year", "2020", ":notification_id", "1", ":import_id", "1", ":n", "1", ":report_id", "1",
		":target_type", "review", ":target_id", "1", ":invite_id", "1", ":token_id", "1", ":part", "films-0.xml", ":name", "x")
	paths := []string{"/films?q=nothing", "/films?q=A&sort=title", "/films?genre=Comedy", "/films?after=x", "/latest?after=x", "/members?after=x", "/nothing", "/member/2", "/member/1/diary?view=calendar"}
	for _, r := range a.Site.List() {
		if r.Method == http.MethodGet && r.Path != "/inbox/open/:notification_id" { // marks the notification as read
			paths = append(paths, fill.Replace(r.Path))
		}
	}
	pages := 0
	for _, lang := range []string{"ko", "en"} {
		for _, b := range []*browser{newBrowser(t, server), member, admin} {
			b.lang = lang
			for _, path := range paths {
				if comparePages(t, a, b, interpreted, path) {
					pages++
				}
			}
		}
	}
	if pages < 400 {
		t.Errorf("only %d pages were compared", pages)
	}
}

// comparePages reports whether a path is a page.
func comparePages(t *testing.T, a *app.App, b *browser, interpreted *site.Pages, path string) bool {
	t.Helper()
	ask := func() seen {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(path, "after=") {
			r.Header.Set("HX-Request", "true")
		}
		return b.send(r)
	}
	compiled := a.Site.Use(interpreted)
	want := ask()
	a.Site.Use(compiled)
	got := ask()
	if want.raw != got.raw || want.status != got.status {
		t.Errorf("%s in %s (%d): compiled it is\n%s\nnot\n%s", path, b.lang, want.status, got.raw, want.raw)
	}
	return strings.HasPrefix(got.header.Get("Content-Type"), "text/html")
}

// fillForPages makes one of everything.
func fillForPages(t *testing.T, a *app.App, server *httptest.Server) (member, admin *browser) {
	t.Helper()
	member, admin = newBrowser(t, server), newBrowser(t, server)
	member.join("member")
	admin.join("boss")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	member.upload("/films/new", nil, "title", "A & <b>", "plot", "p", "genre", "Drama", "playtime", "90").has(t, 200)
	member.upload("/film/1/review", nil, "title", "t", "content", "c").has(t, 200)
	member.post("/film/1/log", "day", "other", "watched_on", "2020-01-01").has(t, 200)
	member.post("/list/new", "title", "l", "film", "1").has(t, 200)
	member.post("/review/1/comment", "content", "c").has(t, 200)
	admin.post("/review/1/comment", "content", "d").has(t, 200)
	admin.post("/member/1/follow", "follow", "true").has(t, 200)
	admin.post("/review/1/like", "like", "true").has(t, 200)
	for _, b := range []*browser{member, admin} {
		b.get("/") // shows the last toast
	}
	apptest.Invite(t, a, 1)
	apptest.Token(t, a, 1, auth.ScopeRead)
	return member, admin
}
