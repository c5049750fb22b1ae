package access_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// visitor requests every route of the API and of the pages with the ids of things that exist.
type visitor struct {
	a      *app.App
	paths  *strings.Replacer
	access string // of an admin who owns a film, a review and a viewing
	asset  string // a file of the pages
}

func newVisitor(t *testing.T, a *app.App) *visitor {
	t.Helper()
	admin := apptest.Member(t, a, "admin", auth.RoleAdmin)
	other := apptest.Member(t, a, "other", auth.RoleMember)
	film, written := apptest.Film(t, a, admin.ID), apptest.Review(t, a, admin.ID)
	v := &visitor{a: a, access: apptest.SignIn(t, a, admin).Access, paths: strings.NewReplacer(
		":user_id", fmt.Sprint(other.ID), ":session_id", fmt.Sprint(apptest.Session(t, a, admin)), ":token_id", fmt.Sprint(apptest.TokenID(t, a, admin.ID)), ":invite_id", fmt.Sprint(apptest.Invite(t, a, admin.ID)), ":report_id", fmt.Sprint(apptest.Report(t, a, other.ID, film)), ":movie_id", fmt.Sprint(film), ":review_id", fmt.Sprint(written),
		":list_id", fmt.Sprint(apptest.List(t, a, admin.ID, film)), ":comment_id", fmt.Sprint(apptest.Comment(t, a, admin.ID, written)), ":viewing_id", fmt.Sprint(apptest.Viewing(t, a, admin.ID)), ":owner", "movies", ":import_id", fmt.Sprint(apptest.Import(t, a, admin.ID)), "rows/:n", "rows/1",
		":kind", "poster_images", "/media/:owner/:kind/:name", "/media/movies/poster_images/"+apptest.Poster(t, a, film),
		"/docs/assets/:name", "/docs/assets/"+apptest.DocsAssets(t, a)[0], ":part", "films-1.xml", ":target_type", "movie", ":target_id", fmt.Sprint(film),
	)}
	home := v.get(t, "/", "").Body.String()
	v.asset = regexp.MustCompile(`/site/site\.[0-9a-f]+\.css`).FindString(home)
	if v.asset == "" {
		t.Fatal("the home page has no style sheet")
	}
	return v
}

// reads returns the path of every route with the method GET, except sockets.
func (v *visitor) reads() (paths []string) {
	for _, r := range v.a.Handler.(*gin.Engine).Routes() {
		if r.Method == http.MethodGet && r.Path != "/notifications" {
			paths = append(paths, v.paths.Replace(strings.Replace(r.Path, "/site/:name", v.asset, 1)))
		}
	}
	return append(paths, "/nothing", "/film/999999", "/movies/999999", "/movies/x")
}

// get requests a path as a browser does, with the access token in its cookie unless it is "".
func (v *visitor) get(t *testing.T, path, access string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", "text/html,application/json")
	if access != "" {
		r.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: access})
	}
	w := httptest.NewRecorder()
	v.a.Handler.ServeHTTP(w, r)
	return w
}

func TestEveryResponseHasSecurityHeaders(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, apptest.New(t))
	seen := map[string]int{}
	for _, path := range v.reads() {
		for _, access := range []string{"", v.access} {
			w := v.get(t, path, access)
			h, policy := w.Header(), w.Header().Get("Content-Security-Policy")
			kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
			seen[kind]++
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || !strings.Contains(policy, "frame-ancestors 'none'") && !strings.Contains(policy, "sandbox") {
				t.Errorf("%s: %d with the headers %v", path, w.Code, h)
			}
			if kind != "text/html" {
				if !strings.HasPrefix(policy, "default-src 'none'") {
					t.Errorf("%s: %s with the policy %q", path, kind, policy)
				}
				continue
			}
			if strings.HasPrefix(policy, "default-src 'none'; frame-ancestors") { // a redirect, or a page without anything
				continue
			}
			// A page may run the scripts of its own host and no others.
			for directive := range strings.SplitSeq(policy, ";") {
				name, sources, _ := strings.Cut(strings.TrimSpace(directive), " ")
				if (name == "script-src" || name == "default-src") && !strings.HasPrefix(path, "/redoc") && sources != "'self'" && sources != "'none'" {
					t.Errorf("%s: %s %s", path, name, sources)
				}
			}
			if !strings.Contains(policy, "script-src ") || !strings.Contains(policy, "base-uri 'none'") || !strings.Contains(policy, "form-action ") {
				t.Errorf("%s: policy %q", path, policy)
			}
		}
	}
	if seen["text/html"] < 40 || seen["application/json"] < 20 {
		t.Errorf("too few responses were looked at: %v", seen)
	}
}

// What depends on the reader must not be kept by a cache that several people share.
func TestSharedCachesNeverHoldWhatAMemberSees(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, apptest.New(t))
	private := 0
	for _, path := range v.reads() {
		member, anybody := v.get(t, path, v.access), v.get(t, path, "")
		control := member.Header().Get("Cache-Control")
		if strings.Contains(control, "private") || strings.Contains(control, "no-store") {
			private++
			continue
		}
		if path == "/metrics" || path == "/healthz" || path == "/readyz" {
			continue // of the program, and different each time
		}
		if member.Code != anybody.Code || withoutRequestID(member) != withoutRequestID(anybody) {
			t.Errorf("%s: Cache-Control %q, though a member gets %d and anybody else %d", path, control, member.Code, anybody.Code)
		}
	}
	if private < 30 {
		t.Errorf("only %d private responses", private)
	}
}

func withoutRequestID(w *httptest.ResponseRecorder) string {
	return strings.ReplaceAll(w.Body.String(), w.Header().Get("X-Request-ID"), "")
}

// Every address in a page that a browser loads by itself is of the same host.
func TestPagesLoadNothingFromAnotherHost(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, apptest.New(t))
	loaded := regexp.MustCompile(`(?i)(?:\ssrc|\shref|\saction|\sposter|\sformaction|\ssrcset|\sdata)\s*=\s*["']?([^"'\s>]+)|url\(\s*["']?([^"')]+)|@import\s+["']?([^"';]+)`)
	seen := 0
	for _, path := range append(v.reads(), v.asset) {
		w := v.get(t, path, v.access)
		if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/html") && !strings.HasPrefix(kind, "text/css") {
			continue
		}
		for _, m := range loaded.FindAllStringSubmatch(w.Body.String(), -1) {
			address := m[1] + m[2] + m[3]
			u, err := url.Parse(address)
			if err != nil || u.Host != "" && u.Host != "example.com" || u.Scheme != "" && u.Scheme != "data" && u.Host == "" {
				t.Errorf("%s names %q (%v)", path, address, err)
			}
			seen++
		}
	}
	if seen < 500 {
		t.Errorf("only %d addresses were seen", seen)
	}
}

// cookieRequests are the requests that set cookies.
var cookieRequests = []struct{ path, contentType, body string }{
	{"/users/login", apptest.JSON, `{"username": "mina", "password": "password of tests"}`},
	{"/users/login", apptest.Form, "username=mina&password=password+of+tests"},
	{"/users/refresh", apptest.JSON, ""},
	{"/users/logout", apptest.JSON, ""},
	{"/signin", apptest.Form, "username=mina&password=password+of+tests"},
	{"/join", apptest.Form, "username=jun&password=popcorn-and-tea&age=30&gender=male"},
	{"/signout", apptest.Form, ""},
	{"/preferences", apptest.Form, "lang=ko&theme=dark"},
	{"/settings/password", apptest.Form, "current_password=password+of+tests&password=another+password"},
	{"/settings/devices", apptest.Form, "all=1"},
	{"/settings/delete", apptest.Form, "current_password=password+of+tests"},
}

func TestEveryCookieIsProtected(t *testing.T) {
	t.Parallel()
	for _, publicURL := range []string{"", "https://films.example"} {
		set := map[string]bool{}
		for _, request := range cookieRequests {
			c := apptest.Config(t)
			c.Server.PublicURL = publicURL
			a := apptest.With(t, c)
			in := apptest.SignIn(t, a, apptest.Member(t, a, "mina", auth.RoleMember))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, request.path, strings.NewReader(request.body))
			r.Header.Set("Content-Type", request.contentType)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: in.Access})
			r.AddCookie(&http.Cookie{Name: auth.RefreshCookie, Value: in.Refresh})
			w := httptest.NewRecorder()
			a.Handler.ServeHTTP(w, r)
			res := w.Result()
			_ = res.Body.Close()
			for _, cookie := range res.Cookies() {
				set[request.path] = true
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode && cookie.SameSite != http.SameSiteStrictMode || cookie.Domain != "" || cookie.Secure != (publicURL != "") {
					t.Errorf("%s with the public URL %q: %s", request.path, publicURL, cookie.Raw)
				}
			}
		}
		for _, path := range []string{"/users/login", "/users/refresh", "/users/logout", "/signin", "/join", "/signout", "/preferences"} {
			if !set[path] {
				t.Errorf("%s set no cookie", path)
			}
		}
	}
}

// A page of another site cannot sign somebody in, with an account of its choice, or sign them up.
func TestAnotherSiteCannotOpenASession(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	apptest.Member(t, a, "mina", auth.RoleMember)
	for _, request := range cookieRequests {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, request.path, strings.NewReader(request.body))
			r.Header.Set("Content-Type", request.contentType)
			r.Header.Set(name, value)
			w := httptest.NewRecorder()
			a.Handler.ServeHTTP(w, r)
			if cookies := w.Header().Values("Set-Cookie"); len(cookies) != 0 {
				t.Errorf("%s with %s: status %d, cookies %q", request.path, name, w.Code, cookies)
			}
		}
	}
}
