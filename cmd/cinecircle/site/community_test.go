package site_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestCommunityWorksWithoutJavaScript(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)

	mina.get("/").has(t, 200, "Where people talk about films", "There are no films yet")
	mina.join("mina")
	mina.get("/").has(t, 200, "mina", "There are no films yet")
	film := mina.upload("/films/new", testImage(t), "title", "소금빛 기차", "plot", "A train.\n\nA sea.", "genre", "Drama", "playtime", "112",
		"cast_name_0", "윤가람", "cast_role_0", "차장", "cast_name_1", "", "cast_role_1", "")
	film.has(t, 200, "소금빛 기차", "윤가람", "차장", "112 min", "The film was added", "/media/movies/poster_images/")
	if film.path != "/film/1" {
		t.Fatalf("the film is at %s", film.path)
	}
	mina.upload("/film/1/review", testImage(t), "title", "To the end", "content", "Slow & lovely.\n\nTwice.").
		has(t, 200, "To the end", "Slow & lovely.", "/media/reviews/images/", "Your review was published")
	mina.get("/film/1").has(t, 200, "Your review", "To the end")

	juno.join("juno")
	juno.post("/review/1/like", "on", "true", "to", "/review/1").has(t, 200, `aria-pressed="true"`)
	juno.post("/member/1/follow", "on", "true").has(t, 200, "You’re following mina")
	juno.post("/film/1/react", "type", "like").has(t, 200, `aria-pressed="true"`)
	juno.get("/").has(t, 200, "Following", "To the end")
	juno.get("/feed").has(t, 200, "To the end")

	mina.get("/").has(t, 200, "Notifications, 2 unread")
	mina.get("/inbox").has(t, 200, "juno liked your review of “소금빛 기차”.", "juno started following you.")
	mina.post("/inbox/read", "up_to", "2").has(t, 200, "All notifications are marked as read")
	mina.get("/inbox?unread=true").has(t, 200, "You have read all notifications")
	mina.get("/member/1/followers").has(t, 200, "juno")
	juno.get("/member/2/followings").has(t, 200, "mina")

	undo := juno.post("/member/1/follow", "on", "false")
	undo.has(t, 200, "Unfollowed mina", "Undo", `action="/member/1/follow"`)
	juno.get("/member/2/followings").hasNot(t, `class="person-name">mina`)
}

func TestListsHaveNextLinksAndParts(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for i := range 50 {
		addFilm(t, a, 1, fmt.Sprintf("Film %02d", i))
	}
	next := regexp.MustCompile(`class="button quiet" href="([^"]*after=[^"]*)"`)
	seenFilms, path := 0, "/films?sort=title&q=film"
	for path != "" {
		p := b.get(path)
		p.has(t, 200)
		seenFilms += strings.Count(p.body, `<li class="film-card">`)
		path = ""
		if found := next.FindStringSubmatch(p.body); found != nil {
			path = found[1]
		}
	}
	if seenFilms != 50 {
		t.Errorf("the pages show %d films", seenFilms)
	}
	first := next.FindStringSubmatch(b.get("/films").body)[1]
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+first, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	part := b.send(r)
	part.has(t, 200, `<li class="film-card">`)
	part.hasNot(t, "<html", "<header")
}

// TestFilmSearchShowsTheBestMatchesFirst also expects the newest films first where nothing is searched for.
func TestFilmSearchShowsTheBestMatchesFirst(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for _, title := range []string{"Heart!", "The Heart", "Heartbeat", "Zebra"} {
		addFilm(t, a, 1, title)
	}
	link := regexp.MustCompile(`<a [^>]*href="/film/(\d+)"`)
	for path, want := range map[string][]string{
		"/films?q=heart":            {"1", "3", "2"},
		"/films?q=heart&sort=match": {"1", "3", "2"},
		"/films?q=heart&sort=id":    {"1", "2", "3"},
		"/films?q=heart&sort=-id":   {"3", "2", "1"},
		"/films?sort=match":         {"4", "3", "2", "1"},
		"/films?sort=-id":           {"4", "3", "2", "1"},
		"/films":                    {"4", "3", "2", "1"},
	} {
		var got []string
		for _, m := range link.FindAllStringSubmatch(b.get(path).body, -1) {
			if !slices.Contains(got, m[1]) {
				got = append(got, m[1])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s shows the films %v, want %v", path, got, want)
		}
	}
}

func TestTheOrderOfFilmsIsCalledWhatItIs(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	chosen := regexp.MustCompile(`<option value="([^"]*)" selected>([^<]*)`)
	for path, want := range map[string][]string{
		"/films":                  {"match", "Newest"},
		"/films?sort=-id":         {"match", "Newest"},
		"/films?sort=title":       {"title", "Title"},
		"/films?q=heart":          {"match", "Best match"},
		"/films?q=heart&sort=-id": {"-id", "Newest"},
	} {
		p := b.get(path)
		if got := chosen.FindStringSubmatch(p.body); !slices.Equal(got[1:], want) {
			t.Errorf("%s has chosen %q, want %q", path, got[1:], want)
		}
		if n := strings.Count(p.body, ">Newest<"); n != 1 {
			t.Errorf("%s offers the newest first %d times", path, n)
		}
	}
}

func TestButtonsAnswerHTMXWithTheirNewState(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	newBrowser(t, server).join("juno")
	addFilm(t, a, 1, "A")
	press := func(path string, fields ...string) seen {
		r := b.request(path, fields...)
		r.Header.Set("HX-Request", "true")
		return b.send(r)
	}
	p := press("/film/1/react", "type", "like")
	p.has(t, 200, `aria-pressed="true"`)
	p.hasNot(t, "<html")
	p = press("/member/2/follow", "on", "true")
	p.has(t, 200, "Following", `value="false"`)
	if got := p.header.Get("HX-Trigger"); !strings.Contains(got, `You\u2019re following juno`) {
		t.Errorf("HX-Trigger: %q", got)
	}
	p = press("/member/1/follow", "on", "true")
	if p.status != 422 || !strings.Contains(p.header.Get("HX-Trigger"), "You cannot follow yourself") {
		t.Errorf("following oneself: %d %q", p.status, p.header.Get("HX-Trigger"))
	}
	if p = press("/signout"); p.header.Get("HX-Redirect") != "/" {
		t.Errorf("HX-Redirect: %q", p.header.Get("HX-Redirect"))
	}
	if p = press("/film/1/react", "type", "like"); !strings.HasPrefix(p.header.Get("HX-Redirect"), "/signin") {
		t.Errorf("who is nobody is sent to %q", p.header.Get("HX-Redirect"))
	}
}
