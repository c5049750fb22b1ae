package site_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestInvalidFormsAreShownAgainWithTheirValues(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	p := b.post("/join", "username", "m", "password", "short", "age", "many", "gender", "")
	p.has(t, 422, "at least 2 characters", "at least 8 characters", "Enter the age as a number", "Please choose one of the options", `value="m"`, `value="many"`)
	p.hasNot(t, "short")
	b.lang = "ko"
	b.post("/join", "username", "", "password", "popcorn-and-tea", "age", "30", "gender", "male").has(t, 422, "입력해 주세요.")
	b.lang = "en"
	b.join("mina")
	other := newBrowser(t, server)
	other.post("/join", "username", "MINA", "password", "popcorn-and-tea", "age", "30", "gender", "male").
		has(t, 409, "This username is already taken", `aria-invalid="true"`)
	other.post("/signin", "username", "mina", "password", "wrong-password").has(t, 422, `role="alert"`, `value="mina"`)

	p = b.upload("/films/new", []byte("no image"), "title", "", "plot", "kept as it was", "genre", "Nonsense", "playtime", "x", "cast_name_0", "", "cast_role_0", "who")
	p.has(t, 422, "kept as it was", "must be a JPEG, PNG, GIF or WebP", "Please fill this in", `value="x"`, `value="who"`)
	b.get("/films").has(t, 200, "There are no films yet")
	b.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90").has(t, 200, "The film was added")
	p = b.upload("/film/1/review", nil, "title", strings.Repeat("가", 51), "content", "still here")
	p.has(t, 422, "at most 50 characters", "still here")
	large := append(testImage(t), make([]byte, 11<<19)...) // of a body of 6 MiB nothing is read
	b.upload("/film/1/review", large, "title", "ok", "content", "still here").has(t, 422, "at most 5 MB", "still here")
}

func TestCrossOriginFormsAreRefused(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for _, path := range []string{"/settings/devices", "/signout", "/signin", "/join", "/films/new", "/preferences", "/settings/delete"} {
		r := b.request(path, "all", "1", "lang", "ko")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		if p := b.send(r); p.status != http.StatusForbidden {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	b.get("/settings").has(t, 200, "Settings")
}

// TestMistakesLeadToTheirFields expects what a person needs to find and mend an error: it is said in the title, on top
// with links, and at each field, which it is tied to beside the hint. The first field has the focus.
func TestMistakesLeadToTheirFields(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.lang = "ko"
	b.get("/join").hasNot(t, "autofocus", "오류")
	p := b.post("/join", "username", "m", "password", "popcorn-and-tea", "age", "30", "gender", "")
	p.has(t, 422, "<title>오류: ", "2곳을 확인해 주세요.", `href="#username"`, `href="#gender"`, `value="30"`,
		`aria-invalid="true" autofocus aria-describedby="username-hint username-error"`, "2~50자", `id="gender"`, `id="gender-error"`,
		`aria-describedby="gender-error"`)
	if got := strings.Count(p.body, "autofocus"); got != 1 {
		t.Errorf("%d elements ask for the focus", got)
	}
	b.lang = "en"
	b.join("mina")
	p = b.upload("/films/new", testImage(t), "title", "Kite", "plot", "", "genre", "Drama", "playtime", "90",
		"cast_name_0", "", "cast_role_0", "who", "cast_name_1", "A", "cast_role_1", strings.Repeat("b", 256))
	p.has(t, 422, "<title>Error: ", "Please check 2 fields.", `href="#cast_name_0"`, `href="#cast_role_1"`, `id="cast_name_0-error"`,
		`aria-invalid="true" autofocus aria-describedby="cast_name_0-error"`, `aria-describedby="cast_role_1-error"`,
		"Please choose the image again.")
	b.upload("/films/new", nil, "title", "", "plot", "", "genre", "Drama", "playtime", "90").hasNot(t, "choose the image again")
	b.upload("/films/new", testImage(t), "title", "Kite", "plot", "", "genre", "Drama", "playtime", "90").has(t, 200, "The film was added")
	b.upload("/film/1/edit", nil, "title", "", "plot", "", "genre", "Drama", "playtime", "90", "remove_image", "1").
		has(t, 422, "Please check one field.", `name="remove_image" value="1" checked`)
	b.post("/settings/password", "current_password", "wrong-one", "password", "salt-and-seaweed").
		has(t, 422, "<title>Error: Settings", `href="#current_password"`, `aria-invalid="true" autofocus`)
	newBrowser(t, server).post("/signin", "username", "mina", "password", "wrong-password").
		has(t, 422, `role="alert" tabindex="-1" autofocus`, "<title>Error: ")
}

func TestAddressesOfFormsLeadToTheirPages(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	b.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90")
	for path, want := range map[string]string{
		"/settings/password": "/settings", "/settings/profile": "/settings", "/settings/devices": "/settings", "/settings/image": "/settings",
		"/film/1/react": "/film/1", "/member/1/follow": "/member/1", "/inbox/read": "/inbox", "/.well-known/change-password": "/settings",
		"/films/": "/films", "/film/1/?sort=id": "/film/1?sort=id", "/Films": "/films", "/member/1/Followers/": "/member/1/followers",
	} {
		if p := b.get(path); p.status != http.StatusOK || p.path != want {
			t.Errorf("%s leads to %s, status %d, want %s", path, p.path, p.status, want)
		}
	}
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for path, want := range map[string]string{
		"/.well-known/change-password": "303 /settings#s-password", "/films/?q=%20a": "308 /films?q=%20a",
		"/movies/": "404 ", "//films/": "404 ", "/film/1%2F/": "404 ", "/nothing/": "404 ", "/users/": "404 ",
	} {
		p := b.get(path)
		if got := fmt.Sprint(p.status, " ", p.header.Get("Location")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestPasswordManagersLearnTheUsername(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.get("/signin").has(t, 200, `autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"`)
	b.join("mina")
	for _, path := range []string{"/settings", "/settings/delete"} {
		p := b.get(path)
		p.has(t, 200, `type="text" value="mina" dir="auto" autocomplete="username"`)
		p.hasNot(t, "disabled")
	}
	for _, path := range []string{"/join", "/signin", "/settings"} {
		newBrowser(t, server).get(path).hasNot(t, "maxlength")
	}
}
