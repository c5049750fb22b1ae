package site_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// senselessFilters are the parameters of pages that choose what is listed, with values that mean nothing. What programs
// put there, such as positions in a list, is among them.
var senselessFilters = map[string]map[string][]string{
	"/films": {
		"year": {"abc", "1.5", "98", "1869", "10000", "-2000", "99999999999999999999"}, "genre": {"Opera", "drama"},
		"sort": {"best", "-title"}, "after": {"x", "AAAA"},
	},
	"/film/1":                       {"sort": {"best"}, "rating": {"0", "5.5", "x"}, "after": {"x"}},
	"/film/1/lists":                 {"sort": {"id"}, "after": {"x"}},
	"/list":                         {"sort": {"id"}, "after": {"x"}},
	"/list/1":                       {"after": {"x"}},
	"/latest":                       {"after": {"x"}},
	"/members":                      {"after": {"x"}},
	"/feed":                         {"types": {"film", "review,list"}, "after": {"x"}},
	"/inbox":                        {"unread": {"yes", "1"}, "after": {"x"}},
	"/review/1":                     {"from": {"x", "-1", "0"}, "before": {"x"}},
	"/member/1":                     {"after": {"x"}},
	"/member/1/diary":               {"view": {"table"}, "day": {"x", "2026-02-30"}, "after": {"x"}},
	"/member/1/diary?view=calendar": {"month": {"x", "2026-13", "1894-12", "9998-01", "2026-01-01"}},
	"/member/1/watched":             {"after": {"x"}},
	"/member/1/watchlist":           {"after": {"x"}},
	"/member/1/ratings":             {"sort": {"id"}, "after": {"x"}},
	"/member/1/lists":               {"after": {"x"}},
	"/member/1/followers":           {"after": {"x"}},
	"/member/1/followings":          {"after": {"x"}},
	"/settings/requests":            {"after": {"x"}},
	"/settings/blocked":             {"after": {"x"}},
	"/settings/muted":               {"after": {"x"}},
	"/settings/imports/1":           {"outcome": {"good"}, "after": {"x"}},
	"/moderate/reports":             {"status": {"new"}, "type": {"film"}, "author": {"x", "0"}, "id": {"x", "1"}, "after": {"x"}},
	"/moderate/log":                 {"action": {"dance"}, "type": {"film"}, "actor": {"x", "0"}, "id": {"x", "1"}, "after": {"x"}},
	"/moderate/members":             {"status": {"dead"}, "after": {"x"}},
	"/admin/members":                {"after": {"x"}},
	"/admin/films":                  {"after": {"x"}},
}

// A page with a filter that means nothing says so by the name of the filter. A page that ignored it would show what was
// not asked for.
func TestSenselessFiltersAreRefusedByNameOnEveryPage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	boss := newBrowser(t, server)
	boss.join("boss")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	addFilm(t, a, 1, "Film")
	apptest.Import(t, a, 1)
	apptest.List(t, a, 1)
	boss.upload("/film/1/review", nil, "title", "t", "content", "c").has(t, 200)
	for page, filters := range senselessFilters {
		for name, values := range filters {
			mark := "?"
			if strings.Contains(page, "?") {
				mark = "&"
			}
			boss.get(page+mark+name+"=").has(t, 200)
			for _, value := range values {
				p := boss.get(page + mark + name + "=" + url.QueryEscape(value))
				named := strings.Contains(p.body, "“"+name+"”") || strings.Contains(p.body, `href="#`+name+`"`) || strings.Contains(p.body, "“type”")
				if p.status != 422 || !named {
					t.Errorf("%s with %s=%s: status %d, want 422 that names it", page, name, value, p.status)
				}
			}
		}
	}
}

func TestAWrongYearIsSaidAtItsFieldAndNoFilmsAreShown(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	guest := newBrowser(t, server)
	guest.join("mina")
	addFilm(t, a, 1, "Salt Line")
	p := guest.get("/films?q=Salt&year=abc")
	p.has(t, 422, `value="abc"`, `value="Salt"`, `id="year-error"`, "Enter a year such as 1998.", "<title>Error: ").hasNot(t, `href="/film/1"`)
	guest.get("/films?genre=Opera").has(t, 422, `href="#genre"`).hasNot(t, `href="/film/1"`)
	guest.get("/films?year=%EF%BC%91%EF%BC%99%EF%BC%99%EF%BC%98").has(t, 200, `value="1998"`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, guest.base+"/films?year=abc", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	p = guest.send(r)
	if p.has(t, 422); !strings.Contains(p.header.Get("HX-Trigger"), "Enter a year such as 1998.") || p.header.Get("HX-Reswap") != "none" {
		t.Errorf("the filters tell the script %v", p.header)
	}
}

// unchecked are the parameters of which any value means something, or leads elsewhere.
var unchecked = map[string]string{
	"q": "words", "person": "a name", "tag": "a tag", "title": "fills a form", "invite": "fills a form", "film": "fills a form",
	"token": "checked by the page of its link", "type": "404 in /report", "id": "404 in /report", "into": "nothing is chosen",
	"to": "home", "next": "home", "of": "of the page that renews tokens", "others": "of a link in the inbox", "reply_to": "the review",
	"after": "whether it is there",
}

func TestPagesReadFiltersOnlyWhereTheyAreChecked(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	reads := regexp.MustCompile(`c\.Query\("(\w+)"\)`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range reads.FindAllStringSubmatch(string(source), -1) {
			asTyped := file == "films.go" && found[1] == "year" // after it was refused
			if unchecked[found[1]] == "" && !asTyped {
				t.Errorf("%s reads %s without a check, see query.go", file, found[1])
			}
		}
	}
}
