package user_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func byCookie(token string) testkit.Option { return testkit.Cookie(auth.RefreshCookie, token) }

func TestRefreshReturnsNewTokens(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, first := k.member(t, "alice")
	for i := range 3 {
		k.Clock.Advance(10 * time.Minute)
		res := k.refresh(t, first.Refresh).Want(http.StatusOK)
		next := tokensOf(res)
		if next.Refresh == first.Refresh || next.Access == first.Access || next.ExpiresIn != 1800 || next.Type != "bearer" {
			t.Fatalf("refresh %d: %+v after %+v", i, next, first)
		}
		if got := cookiesOf(res)[auth.RefreshCookie]; got == nil || got.Value != next.Refresh || got.Path != "/users" {
			t.Errorf("refresh cookie %v", got)
		}
		if k.sessionID(t, next.Access) != k.sessionID(t, first.Access) || k.sessions(t, id) != 1 {
			t.Error("a refresh opened another session")
		}
		k.me(t, next.Access).Want(http.StatusOK)
		first = next
	}
}

func TestRefreshTokenExpiresSevenDaysAfterItsIssue(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	for range 4 {
		k.Clock.Advance(refresh7 - time.Second)
		in = tokensOf(k.refresh(t, in.Refresh).Want(http.StatusOK))
	}
	k.Clock.Advance(refresh7)
	res := k.refresh(t, in.Refresh).WantProblem(http.StatusUnauthorized, "token_expired")
	if got := res.Header.Get("WWW-Authenticate"); !strings.Contains(got, `error="invalid_token"`) {
		t.Errorf("WWW-Authenticate %q", got)
	}
}

func TestRefreshUsesTheCookieWithoutABody(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	in = tokensOf(k.api.POST(t, "/users/refresh", byCookie(in.Refresh)).Want(http.StatusOK))
	in = tokensOf(k.api.POST(t, "/users/refresh", byCookie(in.Refresh), testkit.JSON(map[string]any{})).Want(http.StatusOK))
	unknownLength := func(r *http.Request) { r.ContentLength = -1 }
	in = tokensOf(k.api.POST(t, "/users/refresh", byCookie(in.Refresh), unknownLength).Want(http.StatusOK))
	body := testkit.JSON(map[string]any{"refresh_token": in.Refresh})
	in = tokensOf(k.api.POST(t, "/users/refresh", body, unknownLength, byCookie("ignored beside a body")).Want(http.StatusOK))
	k.me(t, in.Access).Want(http.StatusOK)
}

func TestRefreshRefusesInvalidTokens(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	k.api.POST(t, "/users/refresh").WantProblem(http.StatusUnauthorized, "unauthorized")
	k.refresh(t, "").WantProblem(http.StatusUnauthorized, "unauthorized")
	for what, token := range map[string]string{
		"garbage": "garbage", "an access token": in.Access, "truncated": in.Refresh[:len(in.Refresh)-2],
		"another key": issue(t, auth.NewTokens(bytes.Repeat([]byte("x"), 32), "cinecircle", time.Hour, refresh7, k.Clock.Now), id, 1),
		"no session":  issue(t, k.Tokens, id, 999), "another's session": issue(t, k.Tokens, id+1, k.sessionID(t, in.Access)),
	} {
		t.Run(what, func(t *testing.T) {
			res := k.refresh(t, token).WantProblem(http.StatusUnauthorized, "invalid_token")
			wantNoCookies(t, res)
			k.api.POST(t, "/users/refresh", byCookie(token)).WantProblem(http.StatusUnauthorized, "invalid_token")
		})
	}
	k.api.POST(t, "/users/refresh", testkit.Body("application/json", "{")).WantProblem(http.StatusBadRequest, "malformed")
	k.api.POST(t, "/users/refresh", testkit.Form("refresh_token", in.Refresh)).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	k.api.POST(t, "/users/refresh", testkit.JSON(map[string]any{"token": in.Refresh})).WantField("token", "unknown")
	k.refresh(t, strings.Repeat("x", 5000)).WantField("refresh_token", "max")
	k.me(t, in.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.refresh(t, in.Refresh).Want(http.StatusOK)
}

func issue(t *testing.T, by *auth.Tokens, userID, sessionID int64) string {
	t.Helper()
	token, _, err := by.Refresh(userID, sessionID, 0, time.Now())
	if err != nil {
		t.Fatalf("issue token: %v", err)
	}
	return token
}

func TestPreviousTokenReturnsTheCurrentOneWithinTheGrace(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, first := k.member(t, "alice")
	k.Clock.Advance(1500 * time.Millisecond) // not a whole second
	second := tokensOf(k.refresh(t, first.Refresh).Want(http.StatusOK))
	k.Clock.Advance(grace)
	again := tokensOf(k.refresh(t, first.Refresh).Want(http.StatusOK))
	if again.Refresh != second.Refresh {
		t.Error("the previous token did not return the current one")
	}
	if again.Access == second.Access {
		t.Error("the access token is not a new one")
	}
	k.me(t, again.Access).Want(http.StatusOK)
	k.refresh(t, second.Refresh).Want(http.StatusOK)
}

func TestReusedTokenEndsItsSession(t *testing.T) {
	t.Parallel()
	for what, replay := range map[string]func(*testing.T, *kit, tokens) tokens{
		"the previous one after the grace": func(t *testing.T, k *kit, first tokens) tokens {
			t.Helper()
			present := tokensOf(k.refresh(t, first.Refresh).Want(http.StatusOK))
			k.Clock.Advance(grace + time.Microsecond)
			return present
		},
		"an older one within the grace": func(t *testing.T, k *kit, first tokens) tokens {
			t.Helper()
			second := tokensOf(k.refresh(t, first.Refresh).Want(http.StatusOK))
			return tokensOf(k.refresh(t, second.Refresh).Want(http.StatusOK))
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			k := newKit(t, func(k *testkit.Kit) { k.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			id, first := k.member(t, "alice")
			other := k.login(t, "alice")
			present := replay(t, k, first)
			k.refresh(t, first.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")

			want := []ending{{id, []int64{k.sessionID(t, present.Access)}}}
			if diff := cmp.Diff(want, k.ended.take()); diff != "" {
				t.Errorf("ended (-want +got):\n%s", diff)
			}
			k.refresh(t, present.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
			k.me(t, present.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
			k.me(t, other.Access).Want(http.StatusOK)
			if got := log.String(); !strings.Contains(got, "event=refresh_token_reuse") || strings.Contains(got, first.Refresh) {
				t.Errorf("log:\n%s", got)
			}
		})
	}
}

func TestConcurrentRefreshesMakeOneGeneration(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	rounds := 150
	if testing.Short() {
		rounds = 30
	}
	for round := range rounds {
		k.Clock.Advance(time.Second)
		token := in.Refresh
		all := atOnce(16, func(int) tokens { return k.refreshed(t, token) })
		for _, one := range all {
			if one.Refresh != all[0].Refresh || one.Refresh == token {
				t.Fatalf("round %d: more than one new token", round)
			}
		}
		in = all[round%16]
		claims, err := k.Tokens.ParseRefresh(in.Refresh)
		if err != nil || claims.Generation != int64(round)+1 {
			t.Fatalf("round %d: generation %d (%v)", round, claims.Generation, err)
		}
		k.me(t, all[(round+1)%16].Access).Want(http.StatusOK)
	}
	if n := k.sessions(t, id); n != 1 || len(k.ended.take()) != 0 {
		t.Errorf("%d sessions, want one that was not ended", n)
	}
}

// refreshed calls the service directly, because HTTP would take most of the time.
func (k *kit) refreshed(t *testing.T, token string) tokens {
	t.Helper()
	in, err := k.users.Refresh(t.Context(), user.Device{}, token)
	if err != nil {
		t.Errorf("refresh: %v", err)
	}
	return tokens{Access: in.Access, Refresh: in.Refresh}
}

func TestAnotherOriginCannotUseTheCookies(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	foreign := testkit.Header("Sec-Fetch-Site", "cross-site")
	k.api.POST(t, "/users/refresh", byCookie(in.Refresh), foreign).WantProblem(http.StatusForbidden, "cross_origin")
	k.api.POST(t, "/users/logout", byCookie(in.Refresh), foreign).WantProblem(http.StatusForbidden, "cross_origin")
	k.api.POST(t, "/users/logout", testkit.Cookie(auth.AccessCookie, in.Access), foreign).WantProblem(http.StatusForbidden, "cross_origin")
	k.api.DELETE(t, "/users/me", testkit.Cookie(auth.AccessCookie, in.Access), foreign).WantProblem(http.StatusForbidden, "cross_origin")
	k.me(t, in.Access).Want(http.StatusOK)
	res := k.api.POST(t, "/users/refresh", testkit.JSON(map[string]any{"refresh_token": in.Refresh}), foreign).Want(http.StatusOK)
	wantNoCookies(t, res)
	res = k.api.POST(t, "/users/logout", testkit.As(in.Access), foreign).Want(http.StatusNoContent)
	wantNoCookies(t, res)
	k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
}

func TestTruncatedBodyIsMalformed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	broken := func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(`{"refresh_token":`))
		r.ContentLength = -1
		r.Header.Set("Content-Type", "application/json")
	}
	k.api.POST(t, "/users/refresh", broken, byCookie(in.Refresh)).WantProblem(http.StatusBadRequest, "malformed")
	k.refresh(t, in.Refresh).Want(http.StatusOK)
}
