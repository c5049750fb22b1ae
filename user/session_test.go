package user_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestSessionsAreListedLatestLoginFirst(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, phone := k.member(t, "alice")
	k.member(t, "bob")
	k.Clock.Advance(10 * time.Minute)
	laptop := tokensOf(k.tryLogin(t, "alice", password, testkit.Header("User-Agent", "노트북")).Want(http.StatusOK))
	k.Clock.Advance(10 * time.Minute)
	phone = tokensOf(k.refresh(t, phone.Refresh).Want(http.StatusOK))

	at := func(before time.Duration) string {
		return k.Clock.Now().Add(-before).In(k.Zone).Format(time.RFC3339Nano)
	}
	want := []map[string]any{
		{
			"id": float64(k.sessionID(t, laptop.Access)), "created_at": at(10 * time.Minute), "last_used_at": at(10 * time.Minute),
			"user_agent": "노트북", "ip": "192.0.2.1", "current": false,
		},
		{
			"id": float64(k.sessionID(t, phone.Access)), "created_at": at(20 * time.Minute), "last_used_at": at(0),
			"user_agent": "", "ip": "192.0.2.1", "current": true,
		},
	}
	got := k.api.GET(t, "/users/me/sessions", testkit.As(phone.Access)).Want(http.StatusOK)
	if diff := cmp.Diff(want, got.List()); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
	first := k.api.GET(t, "/users/me/sessions?limit=1", testkit.As(phone.Access)).Want(http.StatusOK)
	second := k.api.GET(t, first.Next(), testkit.As(phone.Access)).Want(http.StatusOK)
	if diff := cmp.Diff(want, append(first.List(), second.List()...)); diff != "" || second.Next() != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	k.api.GET(t, "/users/me/sessions").WantProblem(http.StatusUnauthorized, "unauthorized")
}

func TestEndingASessionKeepsTheOthers(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, here := k.member(t, "alice")
	there := k.login(t, "alice")
	_, bob := k.member(t, "bob")
	target := func(in tokens) string { return fmt.Sprintf("/users/me/sessions/%d", k.sessionID(t, in.Access)) }

	k.api.DELETE(t, target(bob), testkit.As(here.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.DELETE(t, "/users/me/sessions/999", testkit.As(here.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.DELETE(t, "/users/me/sessions/x", testkit.As(here.Access)).WantField("session_id", "type")
	if got := k.ended.take(); len(got) != 0 {
		t.Errorf("ended: %v", got)
	}
	wantNoCookies(t, k.api.DELETE(t, target(there), testkit.As(here.Access)).Want(http.StatusNoContent))
	if diff := cmp.Diff([]ending{{id, []int64{k.sessionID(t, there.Access)}}}, k.ended.take()); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	k.me(t, there.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.api.DELETE(t, target(there), testkit.As(here.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.me(t, bob.Access).Want(http.StatusOK)
	wantCleared(t, k.api.DELETE(t, target(here), testkit.As(here.Access)).Want(http.StatusNoContent))
	k.me(t, here.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
}

func TestEndingAllSessionsIncludesTheCurrentOne(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, here := k.member(t, "alice")
	there := k.login(t, "alice")
	_, bob := k.member(t, "bob")
	token := k.newToken(t, here.Access, "read")
	ids := []int64{k.sessionID(t, here.Access), k.sessionID(t, there.Access)}
	wantCleared(t, k.api.DELETE(t, "/users/me/sessions", testkit.As(here.Access)).Want(http.StatusNoContent))
	k.me(t, token.Token).Want(http.StatusOK) // and its sockets stay open, which nil would close
	if diff := cmp.Diff([]ending{{id, ids}}, k.ended.take()); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	for _, in := range []tokens{here, there} {
		k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
		k.refresh(t, in.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	}
	k.me(t, bob.Access).Want(http.StatusOK)
}

func TestLogoutEndsTheSessionOfItsToken(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.signUp(t, "alice")
	for what, options := range map[string]func(in, other tokens) []testkit.Option{
		"header": func(in, _ tokens) []testkit.Option { return []testkit.Option{testkit.As(in.Access)} },
		"access cookie": func(in, _ tokens) []testkit.Option {
			return []testkit.Option{testkit.Cookie(auth.AccessCookie, in.Access)}
		},
		"refresh cookie": func(in, _ tokens) []testkit.Option { return []testkit.Option{byCookie(in.Refresh)} },
		"a bad access cookie and the refresh cookie": func(in, _ tokens) []testkit.Option {
			return []testkit.Option{testkit.Cookie(auth.AccessCookie, "expired"), byCookie(in.Refresh)}
		},
		"the header before the cookies": func(in, other tokens) []testkit.Option {
			return []testkit.Option{testkit.As(in.Access), testkit.Cookie(auth.AccessCookie, other.Access), byCookie(other.Refresh)}
		},
	} {
		in, other := k.login(t, "alice"), k.login(t, "alice")
		k.ended.take()
		res := k.api.POST(t, "/users/logout", options(in, other)...).Want(http.StatusNoContent)
		wantCleared(t, res)
		if diff := cmp.Diff([]ending{{id, []int64{k.sessionID(t, in.Access)}}}, k.ended.take()); diff != "" {
			t.Errorf("%s: ended (-want +got):\n%s", what, diff)
		}
		k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
		k.me(t, other.Access).Want(http.StatusOK)
	}
}

func TestLogoutAcceptsAnExpiredAccessToken(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	second := k.login(t, "alice")
	k.api.POST(t, "/users/logout", testkit.JSON(map[string]any{"refresh_token": second.Refresh})).Want(http.StatusNoContent)
	k.refresh(t, second.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.Clock.Advance(time.Hour)
	k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "token_expired")
	k.api.POST(t, "/users/logout", testkit.As(in.Access)).Want(http.StatusNoContent)
	k.refresh(t, in.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.api.POST(t, "/users/logout", testkit.JSON(map[string]any{"token": "x"})).WantField("token", "unknown")
}

func TestLogoutWithoutASessionDoesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	bad := testkit.As("bad")
	k.api.POST(t, "/users/logout").Want(http.StatusNoContent)
	k.api.POST(t, "/users/logout", bad).Want(http.StatusNoContent)
	k.api.POST(t, "/users/logout", testkit.Header("Authorization", "Basic abc")).Want(http.StatusNoContent)
	kept := k.api.POST(t, "/users/logout", bad, byCookie(in.Refresh)).Want(http.StatusNoContent) // only the header is used
	if cookies := kept.Header.Values("Set-Cookie"); len(cookies) > 0 {
		t.Errorf("cookies of an active session were cleared: %v", cookies)
	}
	k.api.POST(t, "/users/logout", testkit.As(in.Refresh)).Want(http.StatusNoContent)
	k.me(t, in.Access).Want(http.StatusOK)
	for range 2 {
		k.api.POST(t, "/users/logout", testkit.As(in.Access)).Want(http.StatusNoContent)
	}
	if n := k.sessions(t, id); n != 0 || len(k.ended.take()) != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestHeaderTakesPrecedenceOverCookies(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, a := k.member(t, "alice")
	_, b := k.member(t, "bob")
	cookie := testkit.Cookie(auth.AccessCookie, b.Access)
	if got := k.api.GET(t, "/users/me", testkit.As(a.Access), cookie).Want(http.StatusOK).ID(); got != alice {
		t.Errorf("user %d, want %d", got, alice)
	}
	k.api.GET(t, "/users/me", testkit.As("bad"), cookie).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.api.GET(t, path(alice), testkit.As("bad")).Want(http.StatusOK)
}

func TestActiveDistinguishesDeletedUsersFromEndedSessions(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, in := k.member(t, "alice")
	bob, other := k.admin(t, "bob")
	session, otherSession := k.sessionID(t, in.Access), k.sessionID(t, other.Access)
	for _, c := range []struct {
		user, session int64
		role          auth.Role
		err           error
	}{
		{alice, session, auth.RoleMember, nil},
		{bob, otherSession, auth.RoleAdmin, nil},
		{alice, otherSession, "", auth.ErrInvalidToken},
		{alice, 999, "", auth.ErrInvalidToken},
		{999, session, "", auth.ErrUserGone},
	} {
		account, err := k.users.Active(t.Context(), c.user, c.session)
		if account.Role != c.role || !errors.Is(err, c.err) || errors.Is(err, auth.ErrUserGone) != (c.err == auth.ErrUserGone) { //nolint:errorlint // compares identity
			t.Errorf("user %d, session %d: %q, %v, want %q, %v", c.user, c.session, account.Role, err, c.role, c.err)
		}
	}
	k.Clock.Advance(refresh7)
	if _, err := k.users.Active(t.Context(), alice, session); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("an expired session: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.users.Active(ctx, alice, session); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %v, want context.Canceled", err)
	}
}

func TestActiveSessionsOmitsEndedSessions(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, early := k.member(t, "alice")
	k.Clock.Advance(10 * time.Minute)
	in, out := k.login(t, "alice"), k.login(t, "alice")
	a, b, c := k.sessionID(t, early.Access), k.sessionID(t, in.Access), k.sessionID(t, out.Access)
	k.api.POST(t, "/users/logout", testkit.As(out.Access)).Want(http.StatusNoContent)
	ask := []int64{c, b, a, b, 4711}
	for i := range 1500 { // more than one query
		ask = append(ask, int64(10000+i))
	}
	got, err := k.users.ActiveSessions(t.Context(), ask)
	if diff := cmp.Diff([]int64{a, b}, got); diff != "" || err != nil {
		t.Errorf("error %v, active sessions (-want +got):\n%s", err, diff)
	}
	k.Clock.Advance(refresh7 - 10*time.Minute)
	if got, err := k.users.ActiveSessions(t.Context(), ask); err != nil || !cmp.Equal([]int64{b}, got) {
		t.Errorf("active sessions %v, %v, want %d", got, err, b)
	}
	if got, err := k.users.ActiveSessions(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("without ids: %v, %v", got, err)
	}
}

func TestExpiredSessionsAreDeleted(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, _ := k.member(t, "alice")
	k.Clock.Advance(refresh7 - time.Second)
	in := k.login(t, "alice")
	k.Clock.Advance(time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- k.users.Run(ctx) }()
	for k.sessions(t, id) == 2 {
		select {
		case <-t.Context().Done():
			t.Fatal("the expired session was not deleted")
		default:
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
	k.me(t, in.Access).Want(http.StatusOK)
	if got := k.ended.take(); len(got) != 0 {
		t.Errorf("hook calls %v, want none", got)
	}
}
