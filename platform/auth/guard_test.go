package auth

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// activeSessions are the sessions of a test: 70 of member 7, 10 of admin 1; 80 is of a user who is gone.
type activeSessions struct{ asked int }

func (s *activeSessions) Active(_ context.Context, userID, sessionID int64) (Account, error) {
	s.asked++
	switch {
	case userID == 7 && sessionID == 70:
		return Account{Role: RoleMember, Spoilers: "hide", Hides: true}, nil
	case userID == 1 && sessionID == 10:
		return Account{Role: RoleAdmin}, nil
	case sessionID == 80:
		return Account{}, ErrUserGone
	}
	return Account{}, ErrInvalidToken
}

// counter is a limiter that remembers what it was asked.
type counter struct {
	keys []string
	wait time.Duration
	err  error
}

func (l *counter) Take(_ context.Context, key string, _ limit.Rate, _ int) (limit.Quota, error) {
	l.keys = append(l.keys, key)
	return limit.Quota{RetryAfter: l.wait}, l.err
}

func (l *counter) Reset(context.Context, string) {}

// gate is a guard with all that it asks.
type gate struct {
	*Guard
	sessions *activeSessions
	counter  *counter
	now      *time.Time
}

func newGate(t *testing.T) *gate {
	t.Helper()
	origin, err := web.NewOrigin("http://cinecircle.test", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tokens, now := newTestTokens()
	g := &gate{sessions: &activeSessions{}, counter: &counter{}, now: now}
	rates := Rates{Each: map[Class]limit.Rate{}}
	for _, class := range []Class{ClassRead, ClassWrite, ClassSignup, ClassLogin, ClassUpload, ClassSocket} {
		rates.Each[class] = limit.Rate{Count: 1, Per: time.Second}
	}
	g.Guard = NewGuard(tokens, g.sessions, origin, g.counter, rates, slog.New(slog.DiscardHandler))
	return g
}

// enter sends a request past the guard.
func (g *gate) enter(r *http.Request, p Policy, class Class) (*gin.Context, error) {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = r
	return c, g.Enter(Rule{Policy: p, Class: class})(c)
}

// request is one from 192.0.2.1, with a token in the header unless it is "".
func request(method, token string) *http.Request {
	r := httptest.NewRequest(method, "http://cinecircle.test/", http.NoBody)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func withCookie(method, token string) *http.Request {
	r := request(method, "")
	r.AddCookie(&http.Cookie{Name: AccessCookie, Value: token})
	return r
}

func TestEachPolicyAdmitsItsViewers(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	tokens := map[string]string{
		"nobody": "", "member": mustAccess(t, g.tokens, 7, 70), "admin": mustAccess(t, g.tokens, 1, 10),
		"ended": mustAccess(t, g.tokens, 7, 71), "gone": mustAccess(t, g.tokens, 8, 80), "forged": "x",
		"refresh": mustRefresh(t, g.tokens, 7, 70, 1, testNow),
	}
	signedIn := map[string]error{
		"nobody": ErrUnauthorized, "ended": ErrInvalidToken, "gone": ErrInvalidToken, "forged": ErrInvalidToken,
		"refresh": ErrInvalidToken,
	}
	admins := maps.Clone(signedIn)
	admins["member"] = apperr.ErrForbidden
	tests := map[Policy]map[string]error{
		Public: nil, Optional: nil, Socket: nil, Member: signedIn, Owner: signedIn, Author: signedIn, Admin: admins,
	}
	for policy, refused := range tests {
		for who, token := range tokens {
			if _, err := g.enter(request(http.MethodGet, token), policy, ClassRead); !errors.Is(err, refused[who]) {
				t.Errorf("%s under %s: %v, want %v", who, policy, err, refused[who])
			}
		}
	}
}

func TestTheGuardSetsTheViewer(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := mustAccess(t, g.tokens, 7, 70)
	want := Viewer{UserID: 7, SessionID: 70, ExpiresAt: testNow.Add(testTTL), Role: RoleMember, Spoilers: "hide", Hides: true}
	for _, policy := range []Policy{Optional, Member, Owner, Author} {
		c, err := g.enter(request(http.MethodGet, token), policy, ClassRead)
		got, ok := ViewerOf(c)
		if err != nil || !ok || got != want || MustViewer(c) != want {
			t.Errorf("under %s the viewer is %+v, %t (%v), want %+v", policy, got, ok, err, want)
		}
	}
	for _, token := range []string{"", "x", mustAccess(t, g.tokens, 7, 71)} {
		c, err := g.enter(request(http.MethodGet, token), Optional, ClassRead)
		if got, ok := ViewerOf(c); err != nil || ok || got != (Viewer{}) {
			t.Errorf("with the token %q the viewer is %+v, %t (%v), want nobody", token, got, ok, err)
		}
	}
}

func TestPublicRoutesIgnoreTokens(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, policy := range []Policy{Public, Socket} {
		c, err := g.enter(request(http.MethodGet, mustAccess(t, g.tokens, 7, 70)), policy, ClassRead)
		if _, ok := ViewerOf(c); ok || err != nil || g.sessions.asked != 0 {
			t.Errorf("under %s: a viewer %t, sessions asked for %d times (%v)", policy, ok, g.sessions.asked, err)
		}
	}
}

func TestARouteWithAnUnknownPolicyPanics(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, policy := range []Policy{"", "members", "Public"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the policy %q does not panic", policy)
				}
			}()
			g.Enter(Rule{Policy: policy, Class: ClassRead})
		}()
	}
}

// 429 before 401 before 403, whatever else is wrong.
func TestTheGuardChecksInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	foreign := withCookie(http.MethodPost, "x")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	g.counter.wait = time.Second
	if _, err := g.enter(foreign, Admin, ClassWrite); !errors.Is(err, apperr.ErrTooMany) {
		t.Errorf("too often, not signed in and foreign: %v, want %v", err, apperr.ErrTooMany)
	}
	g.counter.wait = 0
	if _, err := g.enter(foreign, Admin, ClassWrite); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("not signed in and foreign: %v, want %v", err, ErrInvalidToken)
	}
	foreign = withCookie(http.MethodPost, mustAccess(t, g.tokens, 7, 70))
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	if _, err := g.enter(foreign, Admin, ClassWrite); !errors.Is(err, web.ErrCrossOrigin) {
		t.Errorf("foreign and no admin: %v, want %v", err, web.ErrCrossOrigin)
	}
}

func TestCookieWritesFromForeignPagesAreRefused(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := mustAccess(t, g.tokens, 7, 70)
	tests := map[string]error{
		http.MethodGet: nil, http.MethodHead: nil, http.MethodOptions: nil,
		http.MethodPost: web.ErrCrossOrigin, http.MethodPut: web.ErrCrossOrigin,
		http.MethodPatch: web.ErrCrossOrigin, http.MethodDelete: web.ErrCrossOrigin,
	}
	for method, want := range tests {
		for _, policy := range []Policy{Member, Optional} {
			cookie, header, own := withCookie(method, token), request(method, token), withCookie(method, token)
			cookie.Header.Set("Sec-Fetch-Site", "cross-site")
			header.Header.Set("Sec-Fetch-Site", "cross-site")
			own.Header.Set("Sec-Fetch-Site", "same-origin")
			if _, err := g.enter(cookie, policy, ClassWrite); !errors.Is(err, want) {
				t.Errorf("%s with the cookie under %s: %v, want %v", method, policy, err, want)
			}
			for _, r := range []*http.Request{header, own} {
				if _, err := g.enter(r, policy, ClassWrite); err != nil {
					t.Errorf("%s of our page or with the header under %s: %v", method, policy, err)
				}
			}
		}
	}
	// It is a foreign page's however good the cookie is: nobody is signed in or out by one.
	lapsed := withCookie(http.MethodPost, "x")
	lapsed.Header.Set("Sec-Fetch-Site", "cross-site")
	if _, err := g.enter(lapsed, Optional, ClassWrite); !errors.Is(err, web.ErrCrossOrigin) {
		t.Errorf("a foreign page with a bad cookie: %v, want %v", err, web.ErrCrossOrigin)
	}
}

func TestWritesAreLimitedPerMember(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	member := mustAccess(t, g.tokens, 7, 70)
	tests := map[Class]struct{ nobody, member string }{
		ClassRead:   {"read:ip:192.0.2.1", "read:ip:192.0.2.1"},
		ClassWrite:  {"write:ip:192.0.2.1", "write:user:7"},
		ClassSignup: {"signup:ip:192.0.2.1", "signup:ip:192.0.2.1"},
		ClassLogin:  {"login:ip:192.0.2.1", "login:ip:192.0.2.1"},
		ClassUpload: {"upload:ip:192.0.2.1", "upload:user:7"},
		ClassSocket: {"socket:ip:192.0.2.1", "socket:ip:192.0.2.1"},
	}
	for class, want := range tests {
		g.counter.keys = nil
		for _, token := range []string{"", member} {
			if _, err := g.enter(request(http.MethodPost, token), Optional, class); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{want.nobody, want.member}, g.counter.keys); diff != "" {
			t.Errorf("class %s is counted as (-want +got)\n%s", class, diff)
		}
	}
	g.counter.keys = nil
	if _, err := g.enter(request(http.MethodGet, member), Optional, ClassNone); err != nil || g.counter.keys != nil {
		t.Errorf("what is not limited is counted as %v (%v)", g.counter.keys, err)
	}
}

func TestTooManyRequestsGetRetryAfter(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.counter.wait = 3 * time.Second
	_, err := g.enter(request(http.MethodGet, ""), Public, ClassRead)
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, apperr.ErrTooMany) || e.RetryAfter != g.counter.wait {
		t.Errorf("the error is %#v, want %v after %v", err, apperr.ErrTooMany, g.counter.wait)
	}
}

func TestAFailureOfTheLimiterIsAnError(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.counter.err = errors.New("the limiter is broken")
	if _, err := g.enter(request(http.MethodGet, ""), Public, ClassRead); !errors.Is(err, g.counter.err) {
		t.Errorf("the error is %v, want %v", err, g.counter.err)
	}
}

func TestCachesKeepAnswersOfMembersApart(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	member := mustAccess(t, g.tokens, 7, 70)
	tests := []struct {
		policy        Policy
		token         string
		vary, control string
	}{
		{Public, member, "", ""},
		{Socket, member, "", ""},
		{Optional, "", "Authorization, Cookie", ""},
		{Optional, "x", "Authorization, Cookie", ""},
		{Optional, member, "Authorization, Cookie", "private, no-cache"},
		{Member, member, "Authorization, Cookie", "private, no-cache"},
	}
	for _, tt := range tests {
		c, err := g.enter(request(http.MethodGet, tt.token), tt.policy, ClassRead)
		h := c.Writer.Header()
		if err != nil || h.Get("Vary") != tt.vary || h.Get("Cache-Control") != tt.control {
			t.Errorf("under %s with the token %q: Vary %q, Cache-Control %q (%v), want %q and %q",
				tt.policy, tt.token, h.Get("Vary"), h.Get("Cache-Control"), err, tt.vary, tt.control)
		}
	}
}

func TestOnlyInvalidCookiesHaveLapsed(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := mustAccess(t, g.tokens, 7, 70)
	lapsed := func(r *http.Request) bool {
		c, err := g.enter(r, Optional, ClassRead)
		if err != nil {
			t.Fatal(err)
		}
		return Lapsed(c)
	}
	if lapsed(withCookie(http.MethodGet, token)) || lapsed(request(http.MethodGet, "")) {
		t.Error("a good cookie, or none, has lapsed")
	}
	*g.now = testNow.Add(testTTL)
	if !lapsed(withCookie(http.MethodGet, token)) {
		t.Error("a cookie that ran out has not lapsed")
	}
	if !lapsed(withCookie(http.MethodGet, "x")) || !lapsed(withCookie(http.MethodGet, mustAccess(t, g.tokens, 7, 71))) {
		t.Error("a cookie that something else has overwritten has not lapsed")
	}
	if !lapsed(withCookie(http.MethodGet, "")) {
		t.Error("a cookie that something else has emptied has not lapsed")
	}
	if lapsed(request(http.MethodGet, token)) || lapsed(request(http.MethodGet, "x")) {
		t.Error("a header has lapsed")
	}
	if _, err := g.enter(withCookie(http.MethodGet, token), Member, ClassRead); !errors.Is(err, ErrTokenExpired) {
		t.Errorf("with a cookie that ran out: %v, want %v", err, ErrTokenExpired)
	}
}

func TestTheFirstTokenFoundIsUsed(t *testing.T) {
	t.Parallel()
	look := func(r *http.Request) string { return r.URL.Query().Get("token") }
	tests := map[string]struct {
		header, query, cookie string
		token                 string
		byCookie              bool
		err                   error
	}{
		"nothing":          {err: ErrUnauthorized},
		"the header":       {header: "Bearer h", query: "q", cookie: "c", token: "h"},
		"no second try":    {header: "Basic h", query: "q", cookie: "c", err: ErrInvalidToken},
		"the other":        {query: "q", cookie: "c", token: "q"},
		"the cookie":       {cookie: "c", token: "c", byCookie: true},
		"any case":         {header: "bEARER h", token: "h"},
		"space around it":  {header: "Bearer  h ", token: "h"},
		"no token":         {header: "Bearer ", err: ErrInvalidToken},
		"the scheme alone": {header: "Bearer", err: ErrInvalidToken},
		"the token alone":  {header: "h", err: ErrInvalidToken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/?token="+tt.query, http.NoBody)
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			r.AddCookie(&http.Cookie{Name: AccessCookie, Value: tt.cookie})
			tokens, byCookie, err := Credentials(r, look)
			token := strings.Join(tokens, " ")
			if token != tt.token || byCookie != tt.byCookie || !errors.Is(err, tt.err) {
				t.Errorf("Credentials = %q, %t, %v; want %q, %t, %v", token, byCookie, err, tt.token, tt.byCookie, tt.err)
			}
		})
	}
	if tokens, _, err := Credentials(httptest.NewRequest(http.MethodGet, "/", http.NoBody)); tokens != nil || !errors.Is(err, ErrUnauthorized) {
		t.Errorf("without any cookie: %q, %v, want %v", tokens, err, ErrUnauthorized)
	}
}

func TestBearerTokenReturnsNoTokenFromOtherHeaders(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", "Bearer", "Bearer ", "Basic h", "h"} {
		if token, ok := BearerToken(header); ok {
			t.Errorf("BearerToken(%q) = %q, want none", header, token)
		}
	}
}

func TestOwnersAndAdminsMayEdit(t *testing.T) {
	t.Parallel()
	member, admin := Viewer{UserID: 7, Role: RoleMember}, Viewer{UserID: 1, Role: RoleAdmin}
	if !member.MayEdit(7) || member.MayEdit(8) || member.MayEdit(0) {
		t.Error("a member may edit what is not theirs, or not what is")
	}
	if !admin.MayEdit(7) || !admin.MayEdit(1) || !admin.MayEdit(0) {
		t.Error("an admin may not edit everything")
	}
	if (Viewer{}).MayEdit(0) {
		t.Error("nobody may edit what nobody owns")
	}
}

func TestCookiesAreNotReadableByScripts(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	week := int(tokens.refreshTTL.Seconds())
	for address, want := range map[string][]http.Cookie{
		"http://cinecircle.test": {
			{Name: "access_token", Value: "a", Path: "/", MaxAge: week},
			{Name: "refresh_token", Value: "r", Path: "/users", MaxAge: week},
			{Name: "access_token", Path: "/", MaxAge: -1},
			{Name: "refresh_token", Path: "/users", MaxAge: -1},
		},
		"https://cinecircle.test": {
			{Name: "__Host-cinecircle_access", Value: "a", Path: "/", MaxAge: week},
			{Name: "__Secure-cinecircle_refresh", Value: "r", Path: "/users", MaxAge: week},
			{Name: "__Host-cinecircle_access", Path: "/", MaxAge: -1},
			{Name: "__Secure-cinecircle_refresh", Path: "/users", MaxAge: -1},
			{Name: "access_token", Path: "/", MaxAge: -1},
			{Name: "refresh_token", Path: "/users", MaxAge: -1},
		},
	} {
		origin, err := web.NewOrigin(address, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		w, r, k := httptest.NewRecorder(), request(http.MethodGet, ""), NewCookies(tokens, origin)
		k.Set(w, r, "a", "r")
		k.ClearSent(w, r) // the request has none
		k.Clear(w, r)
		var got []http.Cookie
		for _, c := range w.Result().Cookies() {
			if !c.HttpOnly || c.Secure != strings.HasPrefix(address, "https") || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("%s at %s is HttpOnly %t, Secure %t, SameSite %v", c.Name, address, c.HttpOnly, c.Secure, c.SameSite)
			}
			got = append(got, http.Cookie{Name: c.Name, Value: c.Value, Path: c.Path, MaxAge: c.MaxAge})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cookies at %s (-want +got)\n%s", address, diff)
		}
	}
}

func TestOnlyCookiesThatWereSentAreCleared(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	origin, err := web.NewOrigin("https://cinecircle.test", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string][]string{
		"":                                nil,
		"other=1; xaccess_token=2":        nil,
		"access_token":                    nil, // not a cookie
		"access_token=":                   {"access_token"},
		"a=1;refresh_token=\x01":          {"refresh_token"},
		"__Host-cinecircle_access=x; b=1": {"__Host-cinecircle_access"},
	} {
		w, r := httptest.NewRecorder(), request(http.MethodGet, "")
		r.Header.Set("Cookie", header)
		NewCookies(tokens, origin).ClearSent(w, r)
		var got []string
		for _, c := range w.Result().Cookies() {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: cleared %q, want %q", header, got, want)
		}
	}
}
