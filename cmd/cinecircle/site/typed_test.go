package site_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestFormsTakeDigitsAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.post("/join", "username", "mina", "password", "popcorn-and-tea", "age", "２７", "gender", "female").has(t, 200)
	for _, age := range []string{"２８", "٢٨", "२८", "𝟐𝟖", "\u300028\u00A0"} {
		b.post("/settings/profile", "username", "mina", "age", age, "gender", "female").has(t, 200, "Saved.", `value="28"`)
	}
	for name, age := range map[string]string{"letters": "old", "a fraction": "27.5", "a full-width fraction": "２７．５", "words": "스물일곱", "an exponent": "1e2"} {
		for lang, want := range map[string]string{"en": "Enter the age as a number.", "ko": "나이를 숫자로 입력해 주세요."} {
			b.lang = lang
			p := b.post("/settings/profile", "username", "mina", "age", age, "gender", "female")
			p.has(t, 422, want, `value="`+age+`"`)
			if strings.Contains(p.body, "integer") || strings.Contains(p.body, "타입") {
				t.Errorf("%s in %s: the page speaks of types", name, lang)
			}
		}
	}
	b.lang = "en"
	b.post("/settings/profile", "username", "mina", "age", "９９９９９９９９９９９９９９９９９９９９", "gender", "female").has(t, 422, "between 1 and 150")
	b.post("/settings/profile", "username", "mina", "age", "－５", "gender", "female").has(t, 422, "between 1 and 150")
	b.post("/settings/profile", "username", "mina", "age", " \u3164", "gender", "female").has(t, 422, "Please fill this in.")

	b.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "１２１", "cast_name_0", "윤가람", "cast_age_0", "４２").has(t, 200, "121 min")
	m, err := a.Movies.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	cast, err := m.Cast()
	if err != nil || len(cast) != 1 || cast[0].Age == nil || *cast[0].Age != 42 {
		t.Errorf("the cast is %+v (%v)", cast, err)
	}
	for playtime, want := range map[string]string{"x": "Enter the minutes as a number.", "": "Please fill this in.", "９９９９９": "Enter 1 to 6,000 minutes.", "99999999999999999999": "Enter 1 to 6,000 minutes."} {
		p := b.upload("/films/new", nil, "title", "B", "plot", "", "genre", "Drama", "playtime", playtime)
		p.has(t, 422, want)
		p.hasNot(t, "integer")
	}
	p := b.upload("/films/new", nil, "title", "B", "plot", "", "genre", "Nonsense", "playtime", "90", "cast_name_0", "x", "cast_age_0", "old", "image_url", "")
	p.has(t, 422, "Please choose one of the options.", "Enter the age as a number.")
}

func TestFormsCountTextsAsTheServerDoes(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "A")
	lines := strings.Repeat("a\r\n", 4999) + "\rb" // 10,000 characters
	b.upload("/films/new", nil, "title", strings.Repeat("🎬", 255), "plot", lines, "genre", "Drama", "playtime", "90").has(t, 200)
	b.upload("/film/1/review", nil, "title", norm.NFD.String(strings.Repeat("힣", 50)), "content", "\r\n"+lines+"\r\n").has(t, 200, "Your review was published")
	p := b.upload("/film/1/review", nil, "title", strings.Repeat("🎬", 51), "content", lines+"c")
	p.has(t, 422, "at most 50 characters", "at most 10000 characters")
	b.post("/settings/profile", "username", strings.Repeat("🎬", 50), "age", "30", "gender", "female").has(t, 200, "Saved.")
	b.post("/settings/password", "current_password", "popcorn-and-tea", "password", strings.Repeat("🎬", 128)).has(t, 200)
}

// The attribute maxlength counts UTF-16 units and cuts a text while it is pasted.
func TestNoFieldCutsWhatIsTyped(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	for _, path := range []string{"/join", "/signin", "/nothing", "/films", "/members"} {
		b.get(path).hasNot(t, "maxlength")
	}
	b.join("mina")
	addFilm(t, a, 1, "A")
	for path, limits := range map[string][]string{
		"/films/new":     {`name="title" type="text" value="" dir="auto" autocomplete="off" data-max="255"`, `data-max="10000" data-counted`, `name="cast_name_0" value="" dir="auto" data-max="255"`},
		"/film/1/review": {`data-max="50"`, `data-max="10000" required data-counted`},
		"/settings":      {`data-max="50"`, `data-max="128"`},
		"/admin/members": nil,
	} {
		p := b.get(path)
		p.hasNot(t, "maxlength")
		for _, limit := range limits {
			if !strings.Contains(p.raw, limit) {
				t.Errorf("%s has no %s", path, limit)
			}
		}
	}
}

func TestTheInboxLinksToNothingThatWasDeleted(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, juno, gone := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	juno.join("juno")
	gone.join("gone")
	for _, title := range []string{"A", "B", "C"} {
		addFilm(t, a, 2, title)
	}
	for _, film := range []string{"1", "2", "3"} {
		mina.upload("/film/"+film+"/review", nil, "title", "a", "content", "b").has(t, 200)
		juno.post("/review/"+film+"/like", "on", "true").has(t, 200)
	}
	gone.post("/member/1/follow", "on", "true").has(t, 200)
	mina.post("/review/1/delete").has(t, 200)
	juno.post("/film/2/delete") // only an admin may delete a film that others have reviewed
	if err := a.Users.Grant(t.Context(), "juno"); err != nil {
		t.Fatal(err)
	}
	juno.post("/film/2/delete").has(t, 200)
	gone.post("/settings/delete", "current_password", "popcorn-and-tea").has(t, 200)
	for lang, said := range map[string]string{"en": "(The review was deleted.)", "ko": "(삭제된 리뷰)"} {
		mina.lang = lang
		p := mina.get("/inbox")
		p.has(t, 200, said, `href="/inbox/open/3"`)
		if got := strings.Count(p.body, `href="/inbox/open/`); got != 1 {
			t.Errorf("%d notifications lead somewhere, want 1", got)
		}
		if got := strings.Count(p.body, said); got != 2 {
			t.Errorf("%d notifications are about a deleted review, want 2", got)
		}
	}
}

func TestASearchWhileTypingReplacesTheHistoryEntry(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	for _, path := range []string{"/films", "/members"} {
		p := newBrowser(t, server).get(path)
		p.has(t, 200, `hx-replace-url="true"`)
		p.hasNot(t, "hx-push-url")
	}
}
