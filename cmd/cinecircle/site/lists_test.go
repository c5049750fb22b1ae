package site_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/list"
)

// order returns the films of a list in their order.
func (p seen) order() string {
	var out []string
	for _, found := range regexp.MustCompile(`class="film-title">(?:<b class="rank">\d+</b> )?(Film \d)`).FindAllStringSubmatch(p.body, -1) {
		out = append(out, found[1])
	}
	return strings.Join(out, ", ")
}

func TestAListIsMadeFilledAndArranged(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	for i := range 4 {
		addFilm(t, a, 1, fmt.Sprintf("Film %d", i+1))
	}
	mina.get("/film/1/collect").has(t, 200, "You have no lists yet.", "/list/new?film=1")
	mina.get("/list/new?film=1").has(t, 200, "It begins with “Film 1”.")
	mina.post("/list/new", "title", "", "description", "kept", "film", "1").has(t, 422, "kept", "Please fill this in.")
	p := mina.post("/list/new", "title", "Ten", "description", "My ten.", "ranked", "1", "film", "1")
	p.has(t, 200, "List created.", "Ten", "My ten.", "Film 1")
	if p.path != "/list/1" {
		t.Fatalf("led to %s", p.path)
	}
	mina.get("/list/1/add?q=Film").has(t, 200, "Added “Film 1”, press to remove", "Add “Film 2”")
	for _, film := range []string{"2", "3", "4", "4"} { // the last is in it already
		mina.post("/list/1/add", "film", film, "on", "true").has(t, 200)
	}
	if got := mina.get("/list/1").order(); got != "Film 1, Film 2, Film 3, Film 4" {
		t.Fatalf("the list has %s", got)
	}
	mina.get("/list/1").has(t, 200, "/list/1/arrange")
	newBrowser(t, server).get("/list/1").hasNot(t, "/list/1/arrange")
	form := mina.get("/list/1/arrange")
	form.has(t, 200, `name="position.4" value="4"`, "Move “Film 4” up")
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(form.body)[1]
	numbers := []string{"position.1", "1", "position.2", "2", "position.3", "3", "position.4", "4", "version", version}
	mina.post("/list/1/arrange", append(numbers, "up", "4")...).has(t, 200, `name="position.4" value="3"`, `name="position.3" value="4"`)
	if got := mina.get("/list/1").order(); got != "Film 1, Film 2, Film 3, Film 4" {
		t.Errorf("a step was stored: %s", got)
	}
	mina.post("/list/1/arrange", "position.1", "9", "position.2", "2", "position.3", "1", "position.4", "", "remove.2", "1", "version", version).has(t, 200, "List saved.")
	if got := mina.get("/list/1").order(); got != "Film 3, Film 4, Film 1" {
		t.Errorf("arranged: %s", got)
	}
	mina.post("/list/1/arrange", "position.1", "1", "position.3", "2", "position.4", "3", "version", version).has(t, 409, "The list has changed meanwhile.", `name="position.1" value="1"`)
	mina.post("/list/1/note/4", "note", "best in rain").has(t, 200, "best in rain")
	mina.post("/list/1/edit", "title", "Nine", "description", "", "private", "1").has(t, 200, "Nine", "Private")
	mina.post("/list/1/delete").has(t, 200, "List deleted.", "No lists yet.")
}

// TestATypedNumberIsThePlaceOfItsFilm types numbers into the form of a list of five films as people without scripts do.
func TestATypedNumberIsThePlaceOfItsFilm(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	mina.post("/list/new", "title", "Five", "ranked", "1").has(t, 200)
	for i := range 5 {
		addFilm(t, a, 1, fmt.Sprint("Film ", i+1))
		mina.post("/list/1/add", "film", fmt.Sprint(i+1), "on", "true").has(t, 200)
	}
	row := regexp.MustCompile(`name="position\.(\d)" value="\d"`)
	for _, c := range []struct{ shown, typed, want string }{ // the numbers are in the order of the films' ids
		{"1,2,3,4,5", "12341", "51234"},
		{"1,2,3,4,5", "15345", "13452"},
		{"1,2,3,4,5", "92345", "23451"},
		{"1,2,3,4,5", "12305", "41235"},
		{"1,2,3,4,5", "12311", "45123"},
		{"1,2,3,4,5", "1x345", "12345"},
		{"1,2,3,4,5", "54321", "54321"}, // as scripts number them
		{"2,1,3,4,5", "21341", "52134"}, // after a step
		{"2,1,3,4", "21345", "21345"},   // the last was added meanwhile
		{"", "12341", "51234"},
	} {
		fields := []string{"shown", c.shown, "up", "9"} // a step of no film, after which nothing is stored
		for i, number := range c.typed {
			fields = append(fields, fmt.Sprint("position.", i+1), string(number))
		}
		got := ""
		for _, found := range row.FindAllStringSubmatch(mina.post("/list/1/arrange", fields...).body, -1) {
			got += found[1]
		}
		if got != c.want {
			t.Errorf("%s of films shown as %s is the order %s, want %s", c.typed, c.shown, got, c.want)
		}
	}
}

func TestAFilmIsCollectedIntoLists(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "Film 1")
	for _, title := range []string{"rain", "snow"} {
		mina.post("/list/new", "title", title).has(t, 200)
	}
	mina.post("/film/1/collect", "shown.1", "1", "shown.2", "1", "in.2", "1").has(t, 200, "Lists saved.")
	mina.get("/film/1/lists").has(t, 200, "snow")
	mina.get("/film/1/lists").hasNot(t, "rain")
	mina.get("/film/1/collect").has(t, 200, `name="in.2" value="1" checked`)
	mina.post("/film/1/collect", "shown.1", "1", "in.1", "1").has(t, 200) // the second list was not shown, and stays
	mina.get("/film/1/lists").has(t, 200, "snow", "rain")
	mina.get("/list?sort=-like_count").has(t, 200, "snow", "rain", "mina")
}

func TestPrivateListsAndOthersListsAreOutOfReach(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, other, guest := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	other.join("other")
	addFilm(t, a, 1, "Film 1")
	mina.post("/list/new", "title", "secret", "private", "1", "film", "1").has(t, 200, "secret")
	mina.post("/list/new", "title", "open", "film", "1").has(t, 200)
	for _, b := range []*browser{other, guest} {
		b.get("/list/1").has(t, 404)
		for _, path := range []string{"/list", "/film/1/lists", "/member/1/lists"} {
			b.get(path).has(t, 200, "open")
			b.get(path).hasNot(t, "secret")
		}
	}
	other.post("/list/1/like", "on", "true").has(t, 404)
	for _, path := range []string{"/list/2/edit", "/list/2/add", "/list/2/arrange", "/list/2/delete", "/list/2/note/1"} {
		other.get(path).has(t, 403, "Only whoever made this list can change it.")
	}
	other.post("/list/2/delete").has(t, 403)
	other.post("/list/2/like", "on", "true").has(t, 200, `id="like-list" class="pill heart on"`)
	mina.get("/inbox").has(t, 200, "other liked your list “open”.")
	mina.get("/inbox/open/1").has(t, 200, "open", "Film 1")
	if _, err := a.Lists.Add(t.Context(), 2, list.Entry{MovieID: 1}, nil); err == nil {
		t.Error("the film was added twice")
	}
	guest.get("/list/2").has(t, 200, "open", "Film 1")
	if p := guest.get("/list/2/edit"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("a guest is led to %s", p.path)
	}
}

func TestOnesOwnPageCountsPrivateLists(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina, jun := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	jun.join("jun")
	mina.post("/list/new", "title", "Secret", "private", "1").has(t, 200)
	mina.post("/list/new", "title", "Open").has(t, 200)
	count := func(p seen) string {
		return regexp.MustCompile(`href="/member/1/lists"[^>]*>[^<]*<b>(\d+)`).FindStringSubmatch(p.body + `href="/member/1/lists">-<b>0`)[1]
	}
	if own, others := count(mina.get("/member/1")), count(jun.get("/member/1")); own != "2" || others != "1" {
		t.Errorf("mina sees %s lists, and jun %s", own, others)
	}
}
