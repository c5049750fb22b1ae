package site_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestANewMemberSeesActiveMembersToFollow(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	for film := 1; film <= 4; film++ {
		if film == 1 {
			newBrowser(t, server).join("owner")
		}
		addFilm(t, a, 1, fmt.Sprintf("Film %d", film))
	}
	for i := range 8 { // fan0 writes one review, fan7 four
		fan := newBrowser(t, server)
		fan.join(fmt.Sprintf("fan%d", i))
		for film := 1; film <= 1+i/2; film++ {
			fan.upload(fmt.Sprintf("/film/%d/review", film), nil, "title", "a", "content", "b").has(t, 200)
		}
	}
	mina := newBrowser(t, server)
	mina.join("mina")
	names := func(p seen) string {
		var out []string
		for _, part := range strings.Split(p.body, `<span class="person-name">`)[1:] {
			name, _, _ := strings.Cut(part, "<")
			out = append(out, name)
		}
		return strings.Join(out, " ")
	}
	for _, path := range []string{"/", "/feed"} {
		p := mina.get(path)
		p.has(t, 200, "Nothing yet from members you follow.", "Find members to follow", `hx-post="/member/9/follow"`)
		if got := names(p); got != "fan7 fan6 fan5 fan4 fan3 fan2" {
			t.Errorf("%s suggests %q", path, got)
		}
		if got := strings.Count(p.body, `class="suggestion-films"`); got != 6 {
			t.Errorf("%s shows the films of %d members", path, got)
		}
	}
	p := mina.get("/members")
	if got := names(p); got != "fan7 fan6 fan5 fan4 fan3 fan2 fan1 fan0 owner mina" {
		t.Errorf("the list of members begins with %q", got)
	}
	p.has(t, 200, "Active lately", "Other members")
	newBrowser(t, server).get("/").hasNot(t, "Find members to follow")

	mina.post("/member/9/follow", "on", "true").has(t, 200)
	mina.get("/").hasNot(t, "suggestion-films")
}

func TestNoButtonLeadsToARefusalThatIsKnown(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	addFilm(t, a, 1, "A")
	mina.get("/film/1").has(t, 200, `href="/film/1/delete"`)
	mina.upload("/film/1/review", nil, "title", "a", "content", "b").has(t, 200)
	mina.get("/film/1").has(t, 200, `href="/film/1/delete"`) // the only review is her own
	mina.get("/film/1/delete").has(t, 200, "1 review by 1 member is deleted with it.")
	juno.upload("/film/1/review", nil, "title", "a", "content", "b").has(t, 200)
	mina.get("/film/1").hasNot(t, `href="/film/1/delete"`)
	mina.get("/film/1/delete").has(t, 403, "Other users have reviewed this film")
	if err := a.Users.Grant(t.Context(), "mina"); err != nil {
		t.Fatal(err)
	}
	mina.get("/film/1").has(t, 200, `href="/film/1/delete"`)
	mina.get("/film/1/delete").has(t, 200, "2 reviews by 2 members are deleted with it.")
}
