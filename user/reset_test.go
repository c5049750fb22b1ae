package user_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

const newPassword = "a password that I keep in mind"

func (k *kit) resetToken(t *testing.T, name string) string {
	t.Helper()
	link, err := k.users.ResetLinkFor(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	at, token, found := strings.Cut(link, "/reset?token=")
	if !found || at != k.registration.PublicURL {
		t.Fatalf("the link is %s", link)
	}
	return token
}

func (k *kit) reset(t *testing.T, token, password string) *testkit.Response {
	t.Helper()
	return k.api.POST(t, "/users/password_reset", testkit.JSON(map[string]any{"token": token, "password": password}))
}

func TestALinkSetsAPasswordOnceAndEndsAllSessions(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{PublicURL: "https://film.example"}))
	id, in := k.member(t, "alice")
	_, others := k.member(t, "bob")
	token := k.resetToken(t, "ALICE")
	k.ended.take()
	k.reset(t, token, "short").WantField("password", "min")
	k.reset(t, token, "password1").WantField("password", "password_too_common")
	k.reset(t, token, newPassword).Want(http.StatusNoContent)
	if got := k.ended.take(); len(got) != 1 || got[0].UserID != id || !slices.Equal(got[0].Sessions, []int64{k.sessionID(t, in.Access)}) {
		t.Errorf("ended %v", got)
	}
	k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.refresh(t, in.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.me(t, others.Access).Want(http.StatusOK)
	k.tryLogin(t, "alice", password).WantProblem(http.StatusUnauthorized, "invalid_credentials")
	k.tryLogin(t, "alice", newPassword).Want(http.StatusOK)
	k.reset(t, token, "yet another password").WantProblem(http.StatusUnprocessableEntity, "reset_invalid")
	if log := k.log(t); len(log) != 1 || log[0].Action != record.ResetLink || log[0].TargetID != id || log[0].ActorID != nil {
		t.Errorf("the log has %+v", log)
	}
}

func TestLinksThatDoNotWork(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	refused := func(token string) {
		t.Helper()
		k.reset(t, token, newPassword).WantProblem(http.StatusUnprocessableEntity, "reset_invalid")
	}
	refused("nonsense")
	first := k.resetToken(t, "alice")
	second := k.resetToken(t, "alice")
	refused(first)
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"password": newPassword, "current_password": password})).Want(http.StatusOK)
	refused(second)
	late := k.resetToken(t, "alice")
	k.Clock.Advance(time.Hour)
	refused(late)
	gone := k.resetToken(t, "alice")
	k.api.DELETE(t, "/users/me", testkit.As(tokensOf(k.tryLogin(t, "alice", newPassword)).Access)).Want(http.StatusNoContent)
	refused(gone)
}

func TestALinkThatIsUsedTwiceAtOnceWorksOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.signUp(t, "alice")
	token := k.resetToken(t, "alice")
	passwords := []string{newPassword + " 0", newPassword + " 1", newPassword + " 2", newPassword + " 3"}
	got := atOnce(4, func(i int) int { return k.reset(t, token, passwords[i]).Status })
	won := slices.Index(got, http.StatusNoContent)
	slices.Sort(got)
	if !slices.Equal(got, []int{204, 422, 422, 422}) {
		t.Fatalf("four at once: %v", got)
	}
	k.tryLogin(t, "alice", passwords[won]).Want(http.StatusOK)
}

func TestOnlyAdminsMakeLinks(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.signUp(t, "alice")
	for _, role := range []auth.Role{auth.RoleMember, auth.RoleModerator} {
		if _, err := k.users.ResetLink(t.Context(), auth.Viewer{UserID: 7, Role: role}, id); !errors.Is(err, apperr.ErrForbidden) {
			t.Errorf("a %s: %v", role, err)
		}
	}
	if _, err := k.users.ResetLinkFor(t.Context(), "nobody"); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("an unknown name: %v", err)
	}
}
