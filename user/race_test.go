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

// interloper does something once, at a moment that a race would have to hit. As a limiter that is
// right after a password was found to be good and before anything is written.
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

func TestALoginThatLostTheRaceAgainstANewPasswordOpensNoSession(t *testing.T) {
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
		t.Errorf("%d sessions, want only that of the change", n)
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

func TestALoginWhoseAccountIsDeletedMeanwhileIsRefused(t *testing.T) {
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

func TestAPasswordThatWasChangedMeanwhileIsNotTheCurrentOne(t *testing.T) {
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

// raced returns a service whose clock lets the interloper in: the service reads it between loading a session and writing it.
func (k *kit) raced(between *interloper) *user.Service {
	return user.New(user.Deps{
		DB: k.DB, Hasher: k.Hasher, Tokens: k.Tokens, Media: k.Media, Edge: k.Edge, Log: k.Log,
		Throttle: limit.NewThrottle(k.Limiter, limit.Rate{}, limit.Rate{}), RefreshTTL: refresh7, RefreshGrace: grace,
		Clock: func() time.Time {
			between.once()
			return k.Clock.Now()
		},
	})
}

func TestARefreshThatLostTheRaceGetsTheSuccessorOfTheWinner(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	between, winner := &interloper{}, tokens{}
	between.act = func() {
		winner = k.refreshed(t, in.Refresh)
		k.Clock.Advance(time.Second) // a successor of another second would have other bytes
	}
	got, err := k.raced(between).Refresh(t.Context(), in.Refresh, user.Device{})
	if err != nil || got.Refresh != winner.Refresh {
		t.Fatalf("the loser got another successor (%v)", err)
	}
	k.refresh(t, got.Refresh).Want(http.StatusOK)
}

func TestARefreshOfASessionThatEndsMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	between := &interloper{act: func() {
		if err := k.users.EndSessions(t.Context(), id); err != nil {
			t.Errorf("end sessions: %v", err)
		}
	}}
	if _, err := k.raced(between).Refresh(t.Context(), in.Refresh, user.Device{}); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("refresh: %v, want %v", err, auth.ErrInvalidToken)
	}
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions rose again", n)
	}
}

func TestATokenThatIsStolenWhileItIsRefreshedTwiceEndsTheSession(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	between := &interloper{act: func() { k.refreshed(t, k.refreshed(t, in.Refresh).Refresh) }}
	if _, err := k.raced(between).Refresh(t.Context(), in.Refresh, user.Device{}); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("refresh: %v, want %v", err, auth.ErrInvalidToken)
	}
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions are left, want none", n)
	}
}
