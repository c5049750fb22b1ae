package user_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestNobodyLooksLikeWhoRunsTheCommunity(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{ReservedNames: []string{"admin", "cinecircle", "root", "관리자"}}))
	k.moderator(t, "Mina")
	id, in := k.member(t, "alice")
	for _, name := range []string{"admin", "ADMIN", "Admin", "аdmіn", "adrnin", "ａｄｍｉｎ", "cinecircIe", "관리자", "mina", "Міnа", "ADMlN", "adm1n", "MlNA", "r00t"} {
		r := k.api.POST(t, "/users", testkit.JSON(signUpBody(name)))
		if r.Status == http.StatusConflict && (name == "mina") { // the name itself
			continue
		}
		if r.WantProblem(http.StatusUnprocessableEntity, "validation_failed"); r.Problem().Errors[0].Code != "username_reserved" && r.Problem().Errors[0].Code != "format" {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
	k.api.POST(t, "/users", testkit.JSON(signUpBody("adrnin"))).WantField("username", "username_reserved")
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"username": "rnina"})).WantField("username", "username_reserved")
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"username": "minaa"})).Want(http.StatusOK)
	for _, name := range []string{"ruth", "mlnna", "10 cinemas"} {
		k.signUp(t, name)
	}
	if got := k.stored(t, id).Username; got != "minaa" {
		t.Errorf("renamed to %s", got)
	}
	if _, err := k.users.Create(t.Context(), user.Draft{Username: "admin", Password: password, Age: 30, Gender: user.Male, Operator: true}); err != nil {
		t.Errorf("the command line: %v", err)
	}
	moderator := k.login(t, "Mina")
	k.api.PATCH(t, "/users/me", testkit.As(moderator.Access), testkit.JSON(map[string]any{"username": "MINA"})).Want(http.StatusOK) // one's own
}

func TestMixedScriptsAreRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, name := range []string{"filmЗритель", "영화カメラ"} {
		k.api.POST(t, "/users", testkit.JSON(signUpBody(name))).WantField("username", "format")
	}
	for _, name := range []string{"film 영화광", "film映画ファン", "Зритель 7"} {
		k.signUp(t, name)
	}
}

func TestNamesThatWereGivenUpAreHeldBack(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, alice := k.member(t, "alice")
	_, bob := k.member(t, "bob")
	rename := func(in tokens, name string) *testkit.Response {
		return k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"username": name}))
	}
	rename(alice, "Alice").Want(http.StatusOK) // the same name
	rename(alice, "carol").Want(http.StatusOK)
	k.api.POST(t, "/users", testkit.JSON(signUpBody("ＡＬＩＣＥ"))).WantProblem(http.StatusConflict, "username_taken")
	rename(bob, "alice").WantProblem(http.StatusConflict, "username_taken")
	rename(alice, "alice").Want(http.StatusOK) // its former owner
	rename(bob, "carol").WantProblem(http.StatusConflict, "username_taken")
	rename(alice, "dave").Want(http.StatusOK)
	k.Clock.Advance(30 * 24 * time.Hour)
	bob = k.login(t, "bob")
	rename(bob, "alice").Want(http.StatusOK)
	k.signUp(t, "carol")
}
