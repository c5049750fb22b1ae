package user_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// interloper runs act once, at the moment that a race would have to hit. As a limiter it does so after a password was
// verified and before anything is written.
type interloper struct {
	limit.Off
	act func()
}

func (i *interloper) Reset(context.Context, string) { i.once() }

func (i *interloper) once() {
	if act := i.act; act != nil {
		i.act = nil
		act()
	}
}

func TestLoginRacingAPasswordChangeOpensNoSession(t *testing.T) {
	t.Parallel()
	between := &interloper{}
	k := newKit(t, func(k *testkit.Kit) { k.Limiter = between })
	id, in := k.member(t, "alice")
	between.act = func() { k.changePassword(t, id, in, password, "another password") }
	_, err := k.users.Login(t.Context(), "alice", password, user.Device{})
	if !errors.Is(err, auth.ErrInvalidCredentials) {
		t.Errorf("login: %v, want %v", err, auth.ErrInvalidCredentials)
	}
	if n := k.sessions(t, id); n != 1 {
		t.Errorf("%d sessions, want only the session that changed the password", n)
	}
	k.me(t, in.Access).Want(http.StatusOK)
}

func (k *kit) changePassword(t *testing.T, id int64, in tokens, from, to string) {
	t.Helper()
	by := auth.Viewer{UserID: id, SessionID: k.sessionID(t, in.Access), Role: auth.RoleMember}
	if _, err := k.users.Change(t.Context(), by, "", id, user.Patch{Password: &to, CurrentPassword: &from}); err != nil {
		t.Fatalf("change password: %v", err)
	}
}

func TestLoginRacingADeletionIsRefused(t *testing.T) {
	t.Parallel()
	between := &interloper{}
	k := newKit(t, func(k *testkit.Kit) { k.Limiter = between })
	id := k.signUp(t, "alice")
	between.act = func() {
		if err := k.users.Delete(t.Context(), id); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := k.users.Login(t.Context(), "alice", password, user.Device{}); !errors.Is(err, auth.ErrInvalidCredentials) {
		t.Errorf("login: %v, want %v", err, auth.ErrInvalidCredentials)
	}
}

func TestPasswordChangeRacingAnotherIsRefused(t *testing.T) {
	t.Parallel()
	between := &interloper{}
	k := newKit(t, func(k *testkit.Kit) { k.Limiter = between })
	id, in := k.member(t, "alice")
	between.act = func() { k.changePassword(t, id, in, password, "of the winner") }
	mine, current := "of the loser", password
	by := auth.Viewer{UserID: id, Role: auth.RoleMember}
	_, err := k.users.Change(t.Context(), by, "", id, user.Patch{Password: &mine, CurrentPassword: &current})
	if !errors.Is(err, apperr.ErrValidation) {
		t.Errorf("change: %v, want %v", err, apperr.ErrValidation)
	}
	k.tryLogin(t, "alice", "of the winner").Want(http.StatusOK)
	k.me(t, in.Access).Want(http.StatusOK)
}

// raced returns a service whose clock runs the interloper: the service reads the clock between loading a session and
// writing it.
func (k *kit) raced(between *interloper) *user.Service {
	return user.New(user.Deps{
		DB: k.DB, Hasher: k.Hasher, Tokens: k.Tokens, Pictures: k.Pictures, Media: k.Media, Origin: k.Origin, Log: k.Log,
		Throttle: limit.NewThrottle(k.Limiter, limit.Rate{}, limit.Rate{}, limit.Rate{}), RefreshGrace: grace,
		Clock: func() time.Time {
			between.once()
			return k.Clock.Now()
		},
	})
}

func TestRacingRefreshesReturnTheSameToken(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	between, winner := &interloper{}, tokens{}
	between.act = func() {
		winner = k.refreshed(t, in.Refresh)
		k.Clock.Advance(time.Second) // a token issued in another second would have other bytes
	}
	got, err := k.raced(between).Refresh(t.Context(), user.Device{}, in.Refresh)
	if err != nil || got.Refresh != winner.Refresh {
		t.Fatalf("the slower refresh did not return the token of the faster one (%v)", err)
	}
	k.refresh(t, got.Refresh).Want(http.StatusOK)
}

func TestRefreshRacingALogoutIsRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	between := &interloper{act: func() {
		if err := k.users.EndSessions(t.Context(), id); err != nil {
			t.Errorf("end sessions: %v", err)
		}
	}}
	if _, err := k.raced(between).Refresh(t.Context(), user.Device{}, in.Refresh); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("refresh: %v, want %v", err, auth.ErrInvalidToken)
	}
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions were restored", n)
	}
}

func TestRefreshRacingTwoOthersEndsTheSession(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	between := &interloper{act: func() { k.refreshed(t, k.refreshed(t, in.Refresh).Refresh) }}
	if _, err := k.raced(between).Refresh(t.Context(), user.Device{}, in.Refresh); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("refresh: %v, want %v", err, auth.ErrInvalidToken)
	}
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions are left, want none", n)
	}
}
