package site_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
)

// From any page an entry of the diary takes three taps and the title: the plus, the film, and the button. The day is today.
func TestThePlusLeadsToTheDiaryInThreeTaps(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "Kite Season")
	addFilm(t, a, 1, "Salt Line")
	first := func(p seen, link string) string {
		t.Helper()
		found := regexp.MustCompile(link).FindStringSubmatch(p.has(t, 200).body)
		if found == nil {
			t.Fatalf("%s has no link %s", p.path, link)
		}
		return found[1]
	}
	choice := mina.get(first(mina.get("/"), `href="([^"]+)" aria-label="Log or review a film"`)).has(t, 200, `id="q" name="q"`, " autofocus")
	form := mina.get(first(mina.get(choice.path+"?q=salt"), `<li class="person">\s*<a href="([^"]+)"`))
	form.has(t, 200, `action="`+form.path+`"`)
	day := first(form, `<input type="radio" name="day" value="([^"]+)"\s+checked>`)
	mina.post(form.path, "day", day, "watched_on", "", "rating", "", "note", "", "tags", "").has(t, 200, "Salt Line")
	logged, _, err := a.Diary.Diary(t.Context(), 1, auth.Viewer{UserID: 1}, diary.Filter{}, page.Page{Limit: 2})
	if err != nil || len(logged) != 1 || logged[0].Movie.Title != "Salt Line" || logged[0].WatchedOn != diary.DayOf(time.Now().In(a.Site.Zone)) {
		t.Errorf("logged %v (%v), want Salt Line today", logged, err)
	}
}

func TestThePlusLeadsToAReviewOfAFilm(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	mina.get("/").has(t, 200, `href="/write" aria-label="Log or review a film"`)
	mina.get("/write").has(t, 200, "What have you seen?", `href="/films/new"`)
	addFilm(t, a, 1, "Kite Season")
	addFilm(t, a, 1, "Salt Line")
	mina.get("/write").has(t, 200, `href="/film/1/review" aria-label="Write a review of “Kite Season”"`, `href="/film/2/review"`)
	p := mina.get("/write?q=kite")
	p.has(t, 200, `href="/film/1/review"`, `href="/films/new?title=kite"`, "Not in the list? Add the film")
	p.hasNot(t, "Salt Line")
	mina.get("/write?q=no+such").has(t, 200, "No film matches “no such”", `href="/films/new?title=no%20such"`)
	if p := newBrowser(t, server).get("/write"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("a guest is sent to %s", p.path)
	}
}

func TestSearchForFilmsHasOneFieldAndShowsMembers(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("kite_fan")
	addFilm(t, a, 1, "Kite Season")
	guest := newBrowser(t, server)
	p := guest.get("/films")
	p.has(t, 200, `href="/films?find"`)
	p.hasNot(t, `id="find"`, " autofocus", `class="found-members"`)
	guest.get("/films?find").has(t, 200, " autofocus")
	guest.get("/").has(t, 200, `id="find"`)
	guest.get("/films?q=kite").has(t, 200, `<nav class="found-members" aria-label="Members"><a href="/members?q=kite">Members</a>`, `href="/member/1"`, "Kite Season")
	guest.get("/films?q=season").hasNot(t, `class="found-members"`)
}

func TestAfterTwoFurtherPartsAListWaitsForItsButton(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for i := range 100 {
		addFilm(t, a, 1, fmt.Sprintf("Film %03d", i))
	}
	next := regexp.MustCompile(`href="([^"]*after=[^"]*)" hx-get="[^"]*" hx-trigger="([a-z, ]*)"`)
	path := "/films?find"
	for part, want := range []string{"revealed, click", "revealed, click", "click", "click"} {
		found := next.FindStringSubmatch(b.get(path).body)
		if found == nil || found[2] != want {
			t.Fatalf("part %d: %q, want %q", part+1, found, want)
		}
		if path = found[1]; strings.Contains(path, "find") {
			t.Errorf("the next part has the address %s", path)
		}
	}
	for _, part := range []string{"x", "-1", "99999999999999999999"} {
		b.get("/films?part="+part).has(t, 200, `hx-trigger="`)
	}
}

func TestLanguageThemeAndMembersAreInTheMenu(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	guest, mina := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	for _, b := range []*browser{guest, mina} {
		_, menu, _ := strings.Cut(b.get("/films").body, `<details class="menu">`)
		menu, _, _ = strings.Cut(menu, "</details>")
		for _, want := range []string{`href="/members"`, `name="lang" value="ko"`, `name="theme" value="dark"`} {
			if !strings.Contains(menu, want) {
				t.Errorf("the menu has no %s", want)
			}
		}
	}
	mina.get("/settings").has(t, 200, `<h2 id="s-display">Display</h2>`)
}

func TestFormsSayWhatIsPublic(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.lang = "ko"
	const public = "누구나 API로 볼 수 있습니다."
	b.get("/join").has(t, 200, public)
	b.join("mina")
	b.get("/settings").has(t, 200, public)
}

func TestFollowingChangesTheNumberOfFollowersOnThePageOfTheMember(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	for from, want := range map[string]bool{"/member/1": true, "/member/1/followings": true, "/members": false, "/member/11": false} {
		r := juno.request("/member/1/follow", "on", "true")
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Current-URL", server.URL+from)
		p := juno.send(r)
		p.has(t, 200, "Following")
		if got := strings.Contains(p.body, `<b id="followers-1" hx-swap-oob="true">1</b>`); got != want {
			t.Errorf("%s: the answer has the number of followers: %t, want %t", from, got, want)
		}
	}
}
