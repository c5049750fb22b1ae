package main

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// goldenPages is every page and who may see it or send its form.
const goldenPages = `
GET / optional
GET /admin admin
GET /admin/films admin
GET /admin/members admin
GET /admin/members/:user_id/delete admin
GET /feed member
GET /film/:movie_id optional
GET /film/:movie_id/delete owner
GET /film/:movie_id/edit owner
GET /film/:movie_id/feed.atom public
GET /film/:movie_id/review member
GET /films optional
GET /films/new member
GET /inbox member
GET /join optional
GET /latest optional
GET /member/:user_id optional
GET /member/:user_id/feed.atom public
GET /member/:user_id/followers optional
GET /member/:user_id/followings optional
GET /members optional
GET /review/:review_id optional
GET /review/:review_id/delete owner
GET /robots.txt public
GET /settings member
GET /settings/delete member
GET /signin optional
GET /site/:name public
GET /sitemap.xml public
GET /sitemap/:part public
GET /users/session/renew public
POST /admin/members/:user_id/delete admin
POST /admin/members/:user_id/role admin
POST /film/:movie_id/delete owner
POST /film/:movie_id/edit owner
POST /film/:movie_id/react member
POST /film/:movie_id/review member
POST /films/new member
POST /inbox/read member
POST /join public
POST /member/:user_id/follow member
POST /preferences public
POST /review/:review_id/delete owner
POST /review/:review_id/like member
POST /settings/delete member
POST /settings/devices member
POST /settings/image member
POST /settings/password member
POST /settings/profile member
POST /signin public
POST /signout public
POST /users/session/renew public
`

func TestThePagesAreTheseAndEachSaysWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range newTestApp(t).site.List() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Policy))
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Fields(goldenPages), strings.Fields(strings.Join(got, "\n"))); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// browser is somebody who reads pages without JavaScript.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
	lang string
}

// seen is a page as it came.
type seen struct {
	status int
	path   string // after redirects
	header http.Header
	body   string
}

func openSite(t *testing.T) (*app, *httptest.Server) {
	t.Helper()
	a := newTestApp(t)
	server := httptest.NewServer(a.handler)
	t.Cleanup(server.Close)
	return a, server
}

func newBrowser(t *testing.T, server *httptest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: server.URL, lang: "en", http: &http.Client{Jar: jar}}
}

func (b *browser) send(r *http.Request) seen {
	b.t.Helper()
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", b.lang)
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", b.base)
	}
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return seen{status: answer.StatusCode, path: answer.Request.URL.RequestURI(), header: answer.Header, body: html.UnescapeString(string(body))}
}

func (b *browser) get(path string) seen {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(r)
}

func (b *browser) request(path string, fields ...string) *http.Request {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (b *browser) post(path string, fields ...string) seen {
	b.t.Helper()
	return b.send(b.request(path, fields...))
}

// upload posts a multipart form whose file is called image.
func (b *browser) upload(path string, file []byte, fields ...string) seen {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			b.t.Fatal(err)
		}
	}
	name := ""
	if file != nil {
		name = "photo.png"
	}
	part, err := form.CreateFormFile("image", name)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.send(r)
}

func (b *browser) join(name string) {
	b.t.Helper()
	if p := b.post("/join", "username", name, "password", "popcorn-and-tea", "age", "30", "gender", "female"); p.status != 200 || p.path != "/" {
		b.t.Fatalf("join: %d %s\n%s", p.status, p.path, p.body)
	}
}

// has fails the test unless the page is there and shows every text.
func (p seen) has(t *testing.T, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s: status %d, want %d\n%.3000s", p.path, p.status, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("%s does not show %q", p.path, text)
		}
	}
}

func (p seen) hasNot(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("%s shows %q", p.path, text)
		}
	}
}

func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, 30, 45))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestACommunityMeetsOnPagesWithoutJavaScript(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina, juno := newBrowser(t, server), newBrowser(t, server)

	mina.get("/").has(t, 200, "Where film talk gathers", "The catalogue is empty")
	mina.join("mina")
	mina.get("/").has(t, 200, "mina", "The catalogue is empty")
	film := mina.upload("/films/new", picture(t), "title", "소금빛 기차", "plot", "A train.\n\nA sea.", "genre", "Drama", "playtime", "112",
		"cast_name_0", "윤가람", "cast_role_0", "차장", "cast_name_1", "", "cast_role_1", "")
	film.has(t, 200, "소금빛 기차", "윤가람", "차장", "112 min", "The film is in the catalogue", "/media/movies/poster_images/")
	if film.path != "/film/1" {
		t.Fatalf("the film is at %s", film.path)
	}
	mina.upload("/film/1/review", picture(t), "title", "To the end", "content", "Slow & lovely.\n\nTwice.").
		has(t, 200, "To the end", "Slow & lovely.", "/media/reviews/images/", "Your review was saved")
	mina.get("/film/1").has(t, 200, "Your review", "To the end")

	juno.join("juno")
	juno.post("/review/1/like", "on", "true", "to", "/review/1").has(t, 200, `aria-pressed="true"`)
	juno.post("/member/1/follow", "on", "true").has(t, 200, "You follow them now")
	juno.post("/film/1/react", "type", "like").has(t, 200, `aria-pressed="true"`)
	juno.get("/").has(t, 200, "From people you follow", "To the end")
	juno.get("/feed").has(t, 200, "To the end")

	mina.get("/").has(t, 200, "Notices, 2 unread")
	mina.get("/inbox").has(t, 200, "juno likes your review.", "juno follows you.")
	mina.post("/inbox/read", "up_to", "2").has(t, 200, "All marked as read")
	mina.get("/inbox?unread=true").has(t, 200, "Nothing has happened yet")
	mina.get("/member/1/followers").has(t, 200, "juno")
	juno.get("/member/2/followings").has(t, 200, "mina")

	undo := juno.post("/member/1/follow", "on", "false")
	undo.has(t, 200, "You no longer follow them", "Undo", `action="/member/1/follow"`)
	juno.get("/member/2/followings").hasNot(t, `class="person-name">mina`)
}

func TestWhatAFormGetsWrongComesBackInTheForm(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	p := b.post("/join", "username", "m", "password", "short", "age", "many", "gender", "")
	p.has(t, 422, "at least 2 characters", "at least 8 characters", "Please enter a whole number", "This field is required", `value="m"`, `value="many"`)
	p.hasNot(t, "short")
	b.lang = "ko"
	b.post("/join", "username", "", "password", "popcorn-and-tea", "age", "30", "gender", "male").has(t, 422, "필수 항목입니다")
	b.lang = "en"
	b.join("mina")
	other := newBrowser(t, server)
	other.post("/join", "username", "MINA", "password", "popcorn-and-tea", "age", "30", "gender", "male").
		has(t, 409, "This username is already taken", `aria-invalid="true"`)
	other.post("/signin", "username", "mina", "password", "wrong-password").has(t, 422, `role="alert"`, `value="mina"`)

	p = b.upload("/films/new", []byte("no image"), "title", "", "plot", "kept as it was", "genre", "Nonsense", "playtime", "x", "cast_name_0", "", "cast_role_0", "who")
	p.has(t, 422, "kept as it was", "must be a JPEG, PNG or GIF", "This field is required", `value="x"`, `value="who"`)
	b.get("/films").has(t, 200, "No film like that")
	b.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90").has(t, 200, "The film is in the catalogue")
	p = b.upload("/film/1/review", nil, "title", strings.Repeat("가", 51), "content", "still here")
	p.has(t, 422, "at most 50 characters", "still here")
	large := append(picture(t), make([]byte, 6<<20)...)
	b.upload("/film/1/review", large, "title", "ok", "content", "still here").has(t, 422, "at most 5 MB", "still here")
}

func TestAccountsAreLookedAfterOnTheSettingsPage(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	here, there := newBrowser(t, server), newBrowser(t, server)
	here.join("mina")
	there.post("/signin", "username", "Mina", "password", "popcorn-and-tea", "next", "/settings").has(t, 200, "Settings", "This device")

	here.post("/settings/profile", "username", "미나", "age", "31", "gender", "male").has(t, 200, "Saved.", `value="미나"`)
	here.upload("/settings/image", picture(t)).has(t, 200, "/media/users/profile_images/")
	here.upload("/settings/image", nil, "remove", "1").hasNot(t, "/media/users/profile_images/")
	here.upload("/settings/image", nil).has(t, 422, "This field is required")

	devices := regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(here.get("/settings").body, -1)
	if len(devices) != 2 {
		t.Fatalf("devices: %v", devices)
	}
	here.post("/settings/devices", "id", devices[0][1]).has(t, 200, "Signed out there")
	if p := there.get("/settings"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("the other device still sees %s", p.path)
	}
	here.post("/settings/password", "current_password", "wrong-one", "password", "salt-and-seaweed").has(t, 422, "not the current password")
	here.post("/settings/password", "current_password", "popcorn-and-tea", "password", "salt-and-seaweed").has(t, 200, "was changed")
	here.post("/settings/delete", "current_password", "popcorn-and-tea").has(t, 422, "not the current password")
	if p := here.post("/settings/delete", "current_password", "salt-and-seaweed"); p.status != 200 || p.path != "/" {
		t.Errorf("after the deletion: %d %s", p.status, p.path)
	}
	here.get("/member/1").has(t, 404, "This reel is missing")
}

func TestAnAccessTokenThatRanOutIsRenewedOnTheWay(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	c.Auth.AccessTTL = time.Second
	a := newAppWith(t, c)
	server := httptest.NewServer(a.handler)
	t.Cleanup(server.Close)
	b := newBrowser(t, server)
	b.join("mina")
	expired(t, b)
	b.get("/settings?x=1").has(t, 200, "Settings")
	expired(t, b)
	b.upload("/films/new", picture(t), "title", "Written for an hour", "plot", "", "genre", "Drama", "playtime", "90").
		has(t, 200, "Written for an hour", "The film is in the catalogue")
	expired(t, b)
	if err := a.users.EndSessions(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if p := b.get("/settings"); !strings.HasPrefix(p.path, "/signin?next=%2Fsettings") {
		t.Errorf("a session that ended leads to %s", p.path)
	}
	b.get("/films").has(t, 200, "Sign in")
}

// expired waits until the access token in the browser has run out, as the API says.
func expired(t *testing.T, b *browser) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for b.get("/users/me").status == http.StatusOK {
		if time.Now().After(deadline) {
			t.Fatal("the token does not run out")
		}
	}
}

// TestSigningInEndsTheSessionThatTheBrowserHad: of whoever it was, and nobody else's.
func TestSigningInEndsTheSessionThatTheBrowserHad(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	elsewhere, b := newBrowser(t, server), newBrowser(t, server)
	elsewhere.join("mina")
	before := elsewhere.token()
	for _, again := range []string{"mina", "mina", "jun"} {
		if again == "jun" {
			b.join(again)
		} else if p := b.post("/signin", "username", again, "password", "popcorn-and-tea"); p.status != 200 || p.path != "/" {
			t.Fatalf("sign in: %d %s", p.status, p.path)
		}
		for who, token := range map[string]string{"elsewhere": elsewhere.token(), "here": b.token(), "before": before} {
			want := http.StatusOK
			if who == "before" && before != elsewhere.token() {
				want = http.StatusUnauthorized
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/users/me", http.NoBody)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			if a.handler.ServeHTTP(w, r); w.Code != want {
				t.Errorf("as %s, with the token of %s: status %d, want %d", again, who, w.Code, want)
			}
		}
		before = b.token()
	}
}

// token is the access token in the browser's cookies.
func (b *browser) token() string {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == auth.AccessCookie {
			return c.Value
		}
	}
	b.t.Fatal("the browser is not signed in")
	return ""
}

func TestFormsOfOtherOriginsAreRefused(t *testing.T) {
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

func TestNobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for _, path := range []string{"/signin?next=https://evil.example", "/join?next=//evil.example", "/users/session/renew?to=//evil.example"} {
		if p := b.get(path); p.status != 200 || p.path != "/" {
			t.Errorf("%s leads to %d %s", path, p.status, p.path)
		}
	}
	if p := b.post("/preferences", "lang", "ko", "to", "//evil.example/"); p.path != "/" {
		t.Errorf("the preferences lead to %s", p.path)
	}
}

func TestAdminsLookAfterFilmsAndMembers(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	admin, other := newBrowser(t, server), newBrowser(t, server)
	admin.join("boss")
	other.join("juno")
	other.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90")
	other.get("/admin/members").has(t, 403, "This is not yours to do")
	if err := a.users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	admin.get("/admin").has(t, 200, "juno", "Make admin")
	admin.get("/admin/members?q=jun").hasNot(t, `class="person-name">boss`)
	admin.post("/admin/members/2/role", "admin", "true").has(t, 200, "Is an admin now")
	admin.post("/admin/members/2/role", "admin", "false").has(t, 200, "Is a member again")
	admin.post("/admin/members/1/role", "admin", "false").has(t, 409, "The last admin has to stay")
	admin.get("/admin/films").has(t, 200, "/film/1/delete")
	admin.get("/film/1/delete").has(t, 200, "Delete “A”?")
	admin.post("/film/1/delete").has(t, 200, "The film was deleted")
	admin.get("/admin/members/2/delete").has(t, 200, "Delete the account of juno?")
	admin.post("/admin/members/2/delete").has(t, 200, "The account was deleted")
	if p := other.get("/settings"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("who was deleted sees %s", p.path)
	}
}

func TestPagesAreForOnesOwnLanguageAndTheme(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.get("/").has(t, 200, `<html lang="en">`)
	b.lang = "ko-KR,ko;q=0.9"
	b.get("/").has(t, 200, `<html lang="ko">`, "영화 이야기가 모이는 곳")
	b.post("/preferences", "lang", "en", "to", "/films").has(t, 200, `<html lang="en">`)
	b.post("/preferences", "theme", "dark").has(t, 200, `<html lang="en" data-theme="dark">`)
	b.post("/preferences", "theme", "").has(t, 200, `<html lang="en">`)
	b.post("/preferences", "theme", "\"><script>").has(t, 200, `<html lang="en">`)
}

func TestPagesKeepStrictHeaders(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for _, path := range []string{"/", "/films", "/join", "/nothing", "/film/9"} {
		p := b.get(path)
		policy := p.header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "script-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if strings.Contains(p.body, " style=") || strings.Contains(p.body, "<script>") || strings.Contains(p.body, " onclick=") {
			t.Errorf("%s needs what the policy forbids", path)
		}
		if got := p.header.Get("Cache-Control"); !strings.Contains(got, "no-cache") && !strings.Contains(got, "no-store") {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
	asset := regexp.MustCompile(`/site/site\.[0-9a-f]+\.css`).FindString(b.get("/").body)
	if got := b.get(asset).header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("%s: Cache-Control %q", asset, got)
	}
}

// maxWeight is what a page may weigh on the wire with everything it loads but images, in bytes.
const maxWeight = 50_000

func TestTheFilmPageIsLight(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "A")
	for i := range 12 { // more reviews than the page shows
		other := newBrowser(t, server)
		other.join(fmt.Sprint("critic", i))
		other.upload("/film/1/review", nil, "title", fmt.Sprint("Review ", i), "content", strings.Repeat(fmt.Sprint("word ", i, " "), 100))
	}
	page := wire(t, b, "/film/1")
	weight := len(page)
	for _, asset := range regexp.MustCompile(`/site/[a-z]+\.[0-9a-f]+\.(?:css|js|svg)`).FindAllString(b.get("/film/1").body, -1) {
		weight += len(wire(t, b, asset))
	}
	t.Logf("the page weighs %d bytes, with its assets %d", len(page), weight)
	if weight > maxWeight {
		t.Errorf("the page and its assets weigh %d bytes, more than %d", weight, maxWeight)
	}
}

// wire returns the bytes that a browser which accepts gzip is sent.
func wire(t *testing.T, b *browser, path string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip") // set by hand, so that the client does not unpack it
	answer, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%s: %d %v %v", path, answer.StatusCode, answer.Header, err)
	}
	return body
}

func TestWhatIsNotThereIsAPageToPeopleAndAProblemToPrograms(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for _, path := range []string{"/nothing", "/film/0", "/film/abc", "/film/99999999999999999999", "/review/7", "/member/7", "/site/x.css", "/sitemap/y"} {
		b.get(path).has(t, 404, "This reel is missing", "Or look for a film")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/nothing", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusNotFound || got != "application/problem+json" {
		t.Errorf("a program gets %d %s", answer.StatusCode, got)
	}
}

func TestOtherMethodsAreToldWhichThereAre(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/movies", "GET, HEAD, POST, OPTIONS"},
		{"POST", "/movies/1", "DELETE, GET, HEAD, PATCH, OPTIONS"},
		{"DELETE", "/users/login", "POST, OPTIONS"},
		{"PUT", "/film/1", "GET, HEAD, OPTIONS"},
		{"GET", "/signout", "POST, OPTIONS"},
		{"OPTIONS", "/movies", "GET, HEAD, POST, OPTIONS"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
		want := http.StatusMethodNotAllowed
		if c.method == http.MethodOptions {
			want = http.StatusNoContent
		}
		if got := answer.Header.Get("Allow"); answer.StatusCode != want || got != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want %q", c.method, c.path, answer.StatusCode, got, c.allow)
		}
	}
	newBrowser(t, server).get("/signout").has(t, http.StatusMethodNotAllowed, "That did not work")
}

func TestListsGoOnByTheNextLinkAndByScrolling(t *testing.T) {
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

func TestButtonsAnswerScriptsWithThemselves(t *testing.T) {
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
	if got := p.header.Get("HX-Trigger"); !strings.Contains(got, "You follow them now") {
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

func TestProgramsFindFeedsAndTheSitemap(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	id := addFilm(t, a, 1, "A & B")
	b.upload("/film/1/review", nil, "title", "so <good>", "content", "yes")
	for _, path := range []string{filmFeed(id), "/member/1/feed.atom"} {
		p := b.get(path)
		p.has(t, 200, "so <good>", "<name>mina</name>", server.URL+"/review/1")
		if got := p.header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
			t.Errorf("%s: %s", path, got)
		}
	}
	b.get("/sitemap.xml").has(t, 200, server.URL+"/sitemap/films-0.xml")
	b.get("/sitemap/films-0.xml").has(t, 200, server.URL+"/film/1")
	b.get("/robots.txt").has(t, 200, "Sitemap: "+server.URL+"/sitemap.xml", "Disallow: /settings")
	b.get("/film/1").has(t, 200, `<meta property="og:title" content="A & B">`, `<link rel="canonical" href="`+server.URL+`/film/1">`, `type="application/atom+xml"`)
}

func filmFeed(id int64) string { return "/film/" + strconv.FormatInt(id, 10) + "/feed.atom" }

// TestWhoMaySeeWhichPage goes through every page as everybody.
func TestWhoMaySeeWhichPage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	owner, other, admin := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	owner.join("owner")
	other.join("other")
	admin.join("admin")
	if err := a.users.Grant(t.Context(), "admin"); err != nil {
		t.Fatal(err)
	}
	owner.upload("/films/new", nil, "title", "A", "plot", "", "genre", "Drama", "playtime", "90")
	owner.upload("/film/1/review", nil, "title", "t", "content", "c")
	fill := strings.NewReplacer(":movie_id", "1", ":review_id", "1", ":user_id", "1", ":part", "films-0.xml", ":name", "x")
	for _, r := range a.site.List() {
		path := fill.Replace(r.Path)
		for who, b := range map[string]*browser{"nobody": newBrowser(t, server), "other": other, "owner": owner, "admin": admin} {
			allowed := map[auth.Policy]bool{
				auth.Public: true, auth.Optional: true, auth.Member: who != "nobody",
				auth.Owner: who == "owner" || who == "admin", auth.Admin: who == "admin",
			}[r.Policy]
			if r.Method == http.MethodPost && allowed {
				continue // what forms do is tried by the stories; here counts who is kept out
			}
			var p seen
			if r.Method == http.MethodPost {
				p = b.post(path)
			} else {
				p = b.get(path)
			}
			turned := strings.HasPrefix(p.path, "/signin?next=") || p.status == http.StatusForbidden
			if turned == allowed {
				t.Errorf("%s %s as %s: %d at %s", r.Method, r.Path, who, p.status, p.path)
			}
			if p.status >= 500 {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, who, p.status)
			}
		}
	}
}

func addFilm(t *testing.T, a *app, by int64, title string) int64 {
	t.Helper()
	m, err := a.movies.Create(t.Context(), by, movie.Draft{Title: title, Playtime: 90, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func TestAFaultIsAPageThatAsksForNothingMore(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	if err := a.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/settings", "/films"} {
		b.get(path).has(t, http.StatusInternalServerError, "<html", "The projector broke", "If you ask for help, name this:")
	}
}
