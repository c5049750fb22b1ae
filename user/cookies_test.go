package user_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// cookies sends cookies in one header, in this order: "name=value", …
func cookies(pairs ...string) testkit.Option {
	return testkit.Header("Cookie", strings.Join(pairs, "; "))
}

func TestOfSeveralAccessCookiesTheValidOneCounts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, old := k.member(t, "old")
	k.Clock.Advance(time.Hour)
	id, in := k.member(t, "alice")
	_, out := k.member(t, "out")
	k.api.POST(t, "/users/logout", testkit.As(out.Access)).Want(http.StatusNoContent)

	good, secure := "access_token="+in.Access, "__Host-cinecircle_access="+in.Access
	for what, sent := range map[string][]string{
		"garbage first":                  {"access_token=garbage", good},
		"garbage last":                   {good, "access_token=garbage"},
		"empty first":                    {"access_token=", good},
		"not a cookie value first":       {"access_token=\"a\x01b", good},
		"a refresh token first":          {"access_token=" + in.Refresh, good},
		"a token of an ended session":    {"access_token=" + out.Access, good},
		"an expired token":               {"access_token=" + old.Access, good},
		"the name of https":              {secure},
		"garbage, and the name of https": {"access_token=garbage", secure},
		"garbage in the name of https":   {"__Host-cinecircle_access=garbage", good},
		"many":                           append(slices.Repeat([]string{"access_token=a.b.c"}, 10), good),
	} {
		got := k.api.GET(t, "/users/me", cookies(sent...))
		if got.Status != http.StatusOK || got.ID() != id {
			t.Errorf("%s: %d\n%s", what, got.Status, got.Body)
		}
	}
	apart := func(r *http.Request) { r.Header["Cookie"] = []string{"access_token=garbage", good} }
	k.api.GET(t, "/users/me", apart).Want(http.StatusOK)
}

// The cookie that neighbours cannot set decides whose session it is.
func TestTheCookieWithThePrefixTakesPrecedence(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, a := k.member(t, "alice")
	_, b := k.member(t, "bob")
	plain, prefixed := "access_token="+b.Access, "__Host-cinecircle_access="+a.Access
	for _, sent := range [][]string{{plain, prefixed}, {prefixed, plain}} {
		if got := k.api.GET(t, "/users/me", cookies(sent...)).Want(http.StatusOK).ID(); got != alice {
			t.Errorf("user %d, want %d", got, alice)
		}
	}
}

func TestWithoutAValidCookieTheMostHelpfulErrorCounts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, old := k.member(t, "alice")
	k.Clock.Advance(time.Hour)
	expired := "access_token=" + old.Access
	for code, sent := range map[string][]string{
		"unauthorized":  {"access_token=", "other=1"},
		"invalid_token": {"access_token=a", "__Host-cinecircle_access=b"},
		"token_expired": {"access_token=a", expired, "access_token=b"},
	} {
		k.api.GET(t, "/users/me", cookies(sent...)).WantProblem(http.StatusUnauthorized, code)
	}
}

// The number of tokens that one request can make us verify is bounded.
func TestOnlyAFewCookiesOfOneNameAreTried(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	var sent []string
	for i := range 100 {
		sent = append(sent, "access_token="+strings.Repeat("x", i+1))
	}
	k.api.GET(t, "/users/me", cookies(append(sent, "access_token="+in.Access)...)).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.api.GET(t, "/users/me", cookies(append(sent, "__Host-cinecircle_access="+in.Access)...)).Want(http.StatusOK)
}

func TestOfSeveralRefreshCookiesTheValidOneCounts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	_, out := k.member(t, "out")
	k.api.POST(t, "/users/logout", testkit.As(out.Access)).Want(http.StatusNoContent)
	for _, stale := range []string{"garbage", "", in.Access, out.Refresh} {
		for _, name := range []string{"refresh_token", "__Secure-cinecircle_refresh"} {
			res := k.api.POST(t, "/users/refresh", cookies(name+"="+stale, "refresh_token="+in.Refresh)).Want(http.StatusOK)
			k.Clock.Advance(time.Second)
			before := in
			in = tokensOf(res)
			// The used token beside its successor is a leftover and not a theft.
			k.Clock.Advance(time.Minute)
			res = k.api.POST(t, "/users/refresh", cookies("refresh_token="+before.Refresh, "__Secure-cinecircle_refresh="+in.Refresh)).Want(http.StatusOK)
			in = tokensOf(res)
		}
	}
	if n := k.sessions(t, id); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
	k.me(t, in.Access).Want(http.StatusOK)
	// A used token without its successor is a theft, also with garbage beside it.
	first := in.Refresh
	k.refresh(t, first).Want(http.StatusOK)
	k.Clock.Advance(time.Minute)
	k.api.POST(t, "/users/refresh", cookies("refresh_token=x", "refresh_token="+first)).WantProblem(http.StatusUnauthorized, "invalid_token")
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions after a replay, want 0", n)
	}
}

func TestLogoutEndsTheSessionsOfAllCookies(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, before := k.member(t, "alice")
	in := k.login(t, "alice")
	k.api.POST(t, "/users/logout", cookies("access_token=garbage", "access_token="+before.Access,
		"__Secure-cinecircle_refresh=garbage", "__Secure-cinecircle_refresh="+in.Refresh)).Want(http.StatusNoContent)
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions, want 0", n)
	}
}

// behindTLS is a kit whose public URL is https.
func behindTLS(t *testing.T) *kit {
	t.Helper()
	return newKit(t, func(k *testkit.Kit) { k.Origin = edge(t, "https://films.example") })
}

func TestCookiesBehindHTTPSHavePrefixes(t *testing.T) {
	t.Parallel()
	k := behindTLS(t)
	k.signUp(t, "alice")
	res := k.tryLogin(t, "alice", password).Want(http.StatusOK)
	in := tokensOf(res)
	want := map[string]string{"__Host-cinecircle_access": in.Access + " /", "__Secure-cinecircle_refresh": in.Refresh + " /users"}
	got := map[string]string{}
	for name, c := range cookiesOf(res) {
		got[name] = c.Value + " " + c.Path
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Domain != "" || c.MaxAge != 604800 {
			t.Errorf("cookie %s: %v", name, c)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cookies (-want +got):\n%s", diff)
	}
	k.api.GET(t, "/users/me", cookies("__Host-cinecircle_access="+in.Access)).Want(http.StatusOK)
	k.api.POST(t, "/users/refresh", cookies("__Secure-cinecircle_refresh="+in.Refresh)).Want(http.StatusOK)
}

// A member who signed in before the names had prefixes stays signed in, and gets the new names at the next refresh.
func TestAnUpgradeSignsNobodyOut(t *testing.T) {
	t.Parallel()
	k := behindTLS(t)
	_, in := k.member(t, "alice")
	access, refresh := "access_token="+in.Access, "refresh_token="+in.Refresh
	k.api.GET(t, "/users/me", cookies(access)).Want(http.StatusOK)
	res := k.api.POST(t, "/users/refresh", cookies(access, "access_token=of another program", refresh)).Want(http.StatusOK)
	got := cookiesOf(res)
	if got["__Host-cinecircle_access"] == nil || got["__Secure-cinecircle_refresh"] == nil {
		t.Errorf("cookies %v", got)
	}
	wantCleared(t, res)
}

// Another program on the host may use the same names.
func TestCookiesOfOtherProgramsStay(t *testing.T) {
	t.Parallel()
	k := behindTLS(t)
	k.signUp(t, "alice")
	body := testkit.JSON(map[string]any{"username": "alice", "password": password})
	res := k.api.POST(t, "/users/login", body, cookies("access_token=theirs", "refresh_token=theirs")).Want(http.StatusOK)
	for _, name := range []string{auth.AccessCookie, auth.RefreshCookie} {
		if c := cookiesOf(res)[name]; c != nil {
			t.Errorf("a login sets %v", c)
		}
	}
}

func TestLogoutClearsBothPairsOfNames(t *testing.T) {
	t.Parallel()
	k := behindTLS(t)
	_, in := k.member(t, "alice")
	res := k.api.POST(t, "/users/logout", cookies("__Host-cinecircle_access="+in.Access)).Want(http.StatusNoContent)
	wantCleared(t, res)
	for name, path := range map[string]string{"__Host-cinecircle_access": "/", "__Secure-cinecircle_refresh": "/users"} {
		if c := cookiesOf(res)[name]; c == nil || c.MaxAge >= 0 || c.Path != path || !c.Secure || c.Domain != "" {
			t.Errorf("cookie %s is not cleared: %v", name, c)
		}
	}
	k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
}

func TestACookieOfEitherNameNeedsTheOrigin(t *testing.T) {
	t.Parallel()
	k := behindTLS(t)
	_, in := k.member(t, "alice")
	foreign := testkit.Header("Sec-Fetch-Site", "cross-site")
	for _, name := range []string{"access_token=", "__Host-cinecircle_access="} {
		k.api.DELETE(t, "/users/me", cookies(name+in.Access), foreign).WantProblem(http.StatusForbidden, "cross_origin")
		k.api.DELETE(t, "/users/me", cookies("access_token=x", name+in.Access), foreign).WantProblem(http.StatusForbidden, "cross_origin")
	}
	for _, name := range []string{"refresh_token=", "__Secure-cinecircle_refresh="} {
		for _, path := range []string{"/users/refresh", "/users/logout"} {
			k.api.POST(t, path, cookies(name+in.Refresh), foreign).WantProblem(http.StatusForbidden, "cross_origin")
		}
	}
	k.me(t, in.Access).Want(http.StatusOK)
}
