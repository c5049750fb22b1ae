package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// neighbour adds cookies that something else on the host has set, before those of the browser. The browser cannot
// delete them.
type neighbour struct{ pairs string }

func (n neighbour) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	header := n.pairs
	if own := r.Header.Get("Cookie"); own != "" {
		header += "; " + own
	}
	r.Header.Set("Cookie", header)
	return http.DefaultTransport.RoundTrip(r)
}

func (b *browser) cookie(name string) (value string, ok bool) {
	b.t.Helper()
	u, err := url.Parse(b.base + "/users")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value, true
		}
	}
	return "", false
}

// overwrite replaces the access cookie, as another program on the same host can.
func (b *browser) overwrite(value string) {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "access_token", Value: value, Path: "/"}})
}

func TestPagesRenewAnOverwrittenAccessCookie(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b, other := newBrowser(t, server), newBrowser(t, server)
	b.join("mina")
	other.join("jun")
	ended := other.token()
	other.post("/signout")
	refresh, _ := b.cookie("refresh_token")
	for _, value := range []string{"garbage", "", "a.b.c", refresh, ended} {
		for _, path := range []string{"/settings", "/films", "/"} {
			b.overwrite(value)
			if p := b.get(path); p.status != 200 || p.path != path || !strings.Contains(p.body, "/signout") {
				t.Errorf("with the access cookie %q, %s leads to %d %s, signed in %t", value, path, p.status, p.path, strings.Contains(p.body, "/signout"))
			}
		}
	}
	b.overwrite("garbage")
	b.upload("/films/new", testImage(t), "title", "Written for an hour", "plot", "", "genre", "Drama", "playtime", "90").
		has(t, 200, "Written for an hour")
}

func TestCookiesOfNeighboursDoNotSignOut(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.http.Transport = neighbour{"access_token=theirs; lang=xx; theme=pink; toast=none~1; refresh_token=theirs"}
	b.get("/films").has(t, 200, "Sign in") // a guest is not redirected for ever
	b.get("/films").has(t, 200, "Sign in")
	if p := b.get("/settings"); !strings.HasPrefix(p.path, "/signin?next=%2Fsettings") {
		t.Errorf("a guest is led to %s", p.path)
	}
	b.join("mina")
	b.get("/settings").has(t, 200, "Settings")
	b.post("/preferences", "lang", "ko", "to", "/settings").has(t, 200, "설정")
	b.post("/preferences", "theme", "dark", "to", "/settings").has(t, 200, `data-theme="dark"`)
	b.post("/preferences", "lang", "en", "to", "/").has(t, 200)
	b.post("/signout").has(t, 200, "You have signed out.")
	b.get("/films").has(t, 200, "Sign in")
	b.post("/signin", "username", "mina", "password", "popcorn-and-tea").has(t, 200)
	b.overwrite("garbage") // the refusals before the sign-in do not count
	b.get("/settings").has(t, 200, "Settings")
}

// send is one request without following redirects.
func send(t *testing.T, h http.Handler, method, path string, header http.Header) (status int, cookies []*http.Cookie) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	defer res.Body.Close()
	return res.StatusCode, res.Cookies()
}

func TestPagesBehindHTTPSUsePrefixedCookies(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Server.PublicURL = "https://film.example"
	a := apptest.With(t, c)
	form := strings.NewReader("username=mina&password=popcorn-and-tea&age=30&gender=female")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/join", form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://film.example")
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	token := ""
	for _, c := range w.Result().Cookies() {
		if c.Name == "__Host-cinecircle_access" {
			token = c.Value
		}
		if c.Name == "access_token" || c.Name == "refresh_token" {
			t.Errorf("joining sets %v", c)
		}
	}
	for _, name := range []string{"access_token=", "__Host-cinecircle_access="} {
		if status, _ := send(t, a.Handler, http.MethodGet, "/settings", http.Header{"Cookie": {"access_token=x; " + name + token}}); status != http.StatusOK {
			t.Errorf("/settings with %s: %d", name, status)
		}
	}
	_, cookies := send(t, a.Handler, http.MethodPost, "/signout", http.Header{"Cookie": {"__Host-cinecircle_access=" + token}})
	var cleared []string
	for _, c := range cookies {
		if c.MaxAge < 0 && c.Secure {
			cleared = append(cleared, c.Name+" "+c.Path)
		}
	}
	slices.Sort(cleared)
	want := []string{"__Host-cinecircle_access /", "__Secure-cinecircle_refresh /users", "access_token /", "refresh_token /users"}
	if !slices.Equal(cleared, want) {
		t.Errorf("cleared %q, want %q", cleared, want)
	}
}

func TestAForeignPageCannotSignVisitorsOut(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	for _, sign := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}, {"Sec-Fetch-Site": {"same-site"}}} {
		for _, path := range []string{"/users/session/renew", "/users/session/renew?to=/films", "/signout", "/preferences", "/signin", "/join"} {
			for _, cookie := range []string{"", "access_token=x; refresh_token=y; theme=dark"} {
				header := sign.Clone()
				header.Set("Cookie", cookie)
				status, cookies := send(t, a.Handler, http.MethodPost, path, header)
				if status != http.StatusForbidden || len(cookies) > 0 {
					t.Errorf("POST %s with %v: %d, cookies %v", path, header, status, cookies)
				}
			}
		}
	}
}

func TestRenewingClearsOnlyCookiesThatWereSent(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	for header, want := range map[string][]string{
		"":                                nil,
		"theme=dark":                      nil,
		"access_token=x":                  {"access_token"},
		"refresh_token=x":                 {"refresh_token"},
		"access_token=x; refresh_token=x": {"access_token", "refresh_token"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			status, cookies := send(t, a.Handler, method, "/users/session/renew?to=/films", http.Header{"Cookie": {header}})
			var cleared []string
			for _, c := range cookies {
				cleared = append(cleared, c.Name)
			}
			if status != http.StatusSeeOther || !slices.Equal(cleared, want) {
				t.Errorf("%s with %q: %d, cleared %q, want %q", method, header, status, cleared, want)
			}
		}
	}
	// An empty theme deletes the cookie, if there is one.
	for header, want := range map[string]int{"": 0, "theme=dark": 1} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/preferences", strings.NewReader("theme="))
		r.Header = http.Header{"Cookie": {header}, "Content-Type": {"application/x-www-form-urlencoded"}}
		w := httptest.NewRecorder()
		if a.Handler.ServeHTTP(w, r); len(w.Result().Cookies()) != want {
			t.Errorf("with %q: cookies %v, want %d", header, w.Result().Cookies(), want)
		}
	}
}
