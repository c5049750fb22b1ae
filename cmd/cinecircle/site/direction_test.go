package site_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Texts of people that turn the direction of what follows them, each with a word that a test finds it by. They leave an
// override and an isolate open, and end an isolate that they did not begin.
const (
	turnedTitle   = "\u2069\u202EkeyTitle\u2067"
	turnedPlot    = "\u2069\u202EkeyPlot\u2067\n\n\u202EkeyParagraph"
	turnedActor   = "\u202EkeyActor\u2067"
	turnedRole    = "\u2069\u202EkeyRole"
	turnedReview  = "\u202EkeyReview\u2067"
	turnedContent = "\u2069\u202EkeyContent\u2067\r\n\r\n\u202EkeyMore"
	turnedAgent   = "\u05D0keyAgent" // browsers send what they like
)

// The usernames, which cannot contain control characters but can be of another direction. Versions before schema 41 let
// members mix scripts as these do.
var turnedNames = []string{"דניאל keyOwner", "שרה keyOther", "יעל keyAdmin"}

var turnedWords = []string{
	"keyTitle", "keyPlot", "keyParagraph", "keyActor", "keyRole", "keyReview", "keyContent", "keyMore", "keyAgent", "keyOwner", "keyOther", "keyAdmin",
}

// TestNoTextOfAPersonTurnsTheDirectionOfAPage opens every page, as several viewers.
func TestNoTextOfAPersonTurnsTheDirectionOfAPage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	people := make([]*browser, len(turnedNames))
	for i, name := range turnedNames {
		b := newBrowser(t, server)
		b.agent = turnedAgent
		plain := strings.Fields(name)[1]
		u, err := a.Users.Create(t.Context(), user.Draft{Username: plain, Password: "popcorn-and-tea", Age: 30, Gender: user.Female})
		if err != nil {
			t.Fatal(err)
		}
		err = a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			return tx.Model(&u).UpdateColumns(map[string]any{"username": name, "username_key": strings.ToLower(name)}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		b.post("/signin", "username", name, "password", "popcorn-and-tea").has(t, 200)
		people[i] = b
	}
	owner, other, admin := people[0], people[1], people[2]
	if err := a.Users.Grant(t.Context(), turnedNames[2]); err != nil {
		t.Fatal(err)
	}
	role := turnedRole
	film := movie.Draft{Title: turnedTitle, Plot: turnedPlot, Cast: []movie.CastMember{{Name: turnedActor, Role: &role}}, Playtime: 90, Genre: "Drama"}
	if _, err := a.Movies.Create(t.Context(), 1, film); err != nil {
		t.Fatal(err)
	}
	for _, author := range []int64{1, 2} {
		if _, err := a.Reviews.Create(t.Context(), review.Draft{UserID: author, MovieID: 1, Title: turnedReview, Content: turnedContent}); err != nil {
			t.Fatal(err)
		}
	}
	owner.post("/film/1/log", "day", "other", "watched_on", "2020-01-01", "note", turnedContent).has(t, 200)
	owner.post("/list/new", "title", turnedTitle, "description", turnedContent, "film", "1").has(t, 200)
	owner.post("/list/1/note/1", "note", turnedContent).has(t, 200)
	other.post("/review/1/comment", "content", turnedContent).has(t, 200)
	admin.post("/review/1/comment", "content", turnedContent, "reply_to", "1").has(t, 200)
	for i, b := range people {
		for _, path := range []string{"/member/1/follow", "/member/2/follow", "/member/3/follow", "/review/1/like", "/review/2/like"} {
			if path != "/member/"+string(rune('1'+i))+"/follow" {
				b.post(path, "on", "true").has(t, 200)
			}
		}
	}

	reset, err := a.Users.ResetLinkFor(t.Context(), turnedNames[0])
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	fill := strings.NewReplacer("/reset", reset, ":movie_id", "1", ":review_id", "1", ":user_id", "1", ":viewing_id", "1", ":list_id", "1", ":year", "2020", ":notification_id", "1", ":import_id", "1", ":n", "1", ":comment_id", "1", ":part", "films-0.xml", ":name", "x")
	for _, route := range a.Site.List() {
		if route.Method != http.MethodGet || route.Path == "/users/session/renew" {
			continue
		}
		opened := false
		for _, b := range append(slices.Clone(people), newBrowser(t, server)) {
			for _, lang := range []string{"ko", "en"} {
				b.lang = lang
				p := b.get(fill.Replace(route.Path))
				opened = opened || p.status == http.StatusOK
				if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
					checkDirection(t, p, found)
				}
			}
		}
		if !opened && !slices.Contains([]string{"/site/:name", "/terms", "/email"}, route.Path) { // there are no terms and no mails
			t.Errorf("nobody could open %s: fill in its parameters", route.Path)
		}
	}
	for _, b := range []*browser{owner, other, admin} { // forms that are shown again, searches, and parts of pages
		checkDirection(t, b.get("/films?q="+"keyTitle"), found)
		checkDirection(t, b.get("/members?q="+"keyOther"), found)
		checkDirection(t, b.post("/settings/profile", "username", turnedReview, "age", "x", "gender", ""), found)
		checkDirection(t, b.upload("/film/1/review", nil, "title", turnedTitle+strings.Repeat("x", 60), "content", turnedContent), found)
		checkDirection(t, b.upload("/films/new", nil, "title", turnedTitle, "plot", turnedPlot, "playtime", turnedRole, "cast_name_0", turnedActor, "cast_role_0", turnedRole), found)
		r := b.request("/member/2/follow", "on", "true")
		r.Header.Set("HX-Request", "true")
		checkDirection(t, b.send(r), found)
	}
	checkDirection(t, newBrowser(t, server).post("/signin", "username", turnedNames[0], "password", "wrong"), found)
	for _, word := range turnedWords {
		if !found[word] {
			t.Errorf("no page shows %s", word)
		}
	}
}

// checkDirection fails the test for every place of a page from which a text of a person turns what follows.
func checkDirection(t *testing.T, p seen, found map[string]bool) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(p.raw))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	type element struct {
		name string
		auto bool
	}
	var open []element
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", p.path, err)
		}
		switch one := token.(type) {
		case xml.StartElement:
			e := element{name: one.Name.Local}
			for _, a := range one.Attr {
				e.auto = e.auto || a.Name.Local == "dir" && a.Value == "auto"
			}
			open = append(open, e)
			for _, a := range one.Attr {
				inField := a.Name.Local == "value" && (e.auto || hiddenField(one))
				if holdsTurned(a.Value, found) && !inField && turnsWhatFollows(a.Value) {
					t.Errorf("%s: attribute %s of %s does not isolate %+q", p.path, a.Name.Local, e.name, a.Value)
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			text := string(one)
			if !holdsTurned(text, found) {
				continue
			}
			last := open[len(open)-1]
			switch {
			case last.name == "script": // structured data, which nobody sees
			case last.name == "title":
				if turnsWhatFollows(text) {
					t.Errorf("%s: the title %+q", p.path, text)
				}
			case last.name == "bdi":
				if turnsWhatFollows("\u2068" + text + "\u2069") {
					t.Errorf("%s: the element bdi does not hold %+q", p.path, text)
				}
			case last.auto && slices.Contains([]string{"p", "textarea"}, last.name): // blocks, which hold any text
			default:
				t.Errorf("%s: the element %s has no direction of its own: %+q", p.path, last.name, text)
			}
		}
	}
}

func hiddenField(e xml.StartElement) bool {
	return slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "type" && a.Value == "hidden" })
}

// holdsTurned reports whether a text is one of a person, and remembers which.
func holdsTurned(text string, found map[string]bool) bool {
	holds := false
	for _, word := range turnedWords {
		if strings.Contains(text, word) {
			found[word], holds = true, true
		}
	}
	return holds && strings.ContainsFunc(text, func(r rune) bool { return r > 0x7F })
}

// turnsWhatFollows reports whether something in a text turns its direction outside of an isolate.
func turnsWhatFollows(text string) bool {
	depth := 0
	for _, r := range text {
		switch {
		case r >= '\u2066' && r <= '\u2068':
			depth++
		case r == '\u2069':
			if depth--; depth < 0 {
				return true
			}
		case depth == 0 && (r >= '\u202A' && r <= '\u202E' || r >= '\u0590' && r <= '\u08FF'):
			return true
		}
	}
	return depth != 0
}

func TestFeedsAndTitlesKeepTheDirectionOfWhatIsAroundThem(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, turnedTitle)
	b.upload("/film/1/review", nil, "title", turnedReview, "content", turnedContent).has(t, 200)
	text := regexp.MustCompile(`<(?:title|name|content)[^>]*>([^<]*)</`)
	for _, path := range []string{"/film/1/feed.atom", "/member/1/feed.atom"} {
		found := map[string]bool{}
		for _, part := range text.FindAllStringSubmatch(b.get(path).raw, -1) {
			if holdsTurned(part[1], found) && !strings.HasPrefix(part[1], "&lt;p&gt;") && turnsWhatFollows(part[1]) {
				t.Errorf("%s: %+q turns what follows it", path, part[1])
			}
		}
		if !found["keyTitle"] || !found["keyReview"] || !found["keyContent"] {
			t.Errorf("%s shows %v", path, found)
		}
	}
}

// Writers of Arabic and Hebrew need these characters: without them, punctuation beside a Latin word stands on its wrong side.
func TestTextsWithDirectionsAreKeptAndFound(t *testing.T) {
	t.Parallel()
	const title = "\u2067\u05E7\u05D5\u05DC\u05E0\u05D5\u05E2 C++\u200F!\u2069"
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, title)
	if m, err := a.Movies.Get(t.Context(), 1); err != nil || m.Title != title {
		t.Errorf("the title is %+q, %v", m.Title, err)
	}
	b.get("/films?q=\u05E7\u05D5\u05DC\u05E0\u05D5\u05E2+c%2B%2B").has(t, 200, `href="/film/1"`)
}

// The badge is what tells an admin from a member with a similar name.
func TestAdminsHaveABadgeWhereverTheirNameIsShown(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	admin, member := newBrowser(t, server), newBrowser(t, server)
	admin.join("boss")
	member.join("b0ss")
	addFilm(t, a, 1, "A")
	addFilm(t, a, 2, "B")
	for _, b := range []*browser{admin, member} {
		b.upload("/film/1/review", nil, "title", "a", "content", "b").has(t, 200)
	}
	admin.post("/member/2/follow", "on", "true").has(t, 200)
	member.post("/member/1/follow", "on", "true").has(t, 200)
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/": 1, "/latest": 1, "/members": 1, "/member/1": 2, "/member/2": 0, "/member/2/followers": 1, "/member/1/followers": 1, "/film/1": 2, "/film/2": 0, "/review/1": 1, "/review/2": 0,
	} {
		if got := strings.Count(newBrowser(t, server).get(path).raw, `<span class="chip staff">Admin</span>`); got != want {
			t.Errorf("%s has %d badges, want %d", path, got, want)
		}
	}
	if got := strings.Count(member.get("/inbox").raw, `class="chip staff"`); got != 1 {
		t.Errorf("the inbox has %d badges, want 1", got)
	}
}
