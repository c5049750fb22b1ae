package user_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func signUpWith(name string, more map[string]any) testkit.Option {
	body := signUpBody(name)
	maps.Copy(body, more)
	return testkit.JSON(body)
}

func TestTheModesOfRegistration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode   user.Mode
		want   func(*testkit.Response)
		status auth.Status
	}{
		{"", func(r *testkit.Response) { r.Want(http.StatusCreated) }, auth.StatusActive},
		{user.ModeOpen, func(r *testkit.Response) { r.Want(http.StatusCreated) }, auth.StatusActive},
		{user.ModeInvite, func(r *testkit.Response) { r.WantField("invite", "invite_required") }, ""},
		{user.ModeApproval, func(r *testkit.Response) { r.Want(http.StatusCreated) }, auth.StatusPending},
		{user.ModeClosed, func(r *testkit.Response) { r.WantProblem(http.StatusForbidden, "registration_closed") }, ""},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			t.Parallel()
			k := newKitWith(t, registering(user.Registration{Mode: c.mode, MinAge: 14, PublicURL: "https://film.example"}))
			k.api.POST(t, "/users", signUpWith("child", map[string]any{"age": 13})).WantField("age", "min")
			first, in := k.moderator(t, "first")
			if got := k.stored(t, first).Status; got != auth.StatusActive {
				t.Errorf("the first account is %s", got)
			}
			r := k.api.POST(t, "/users", signUpWith("alice", nil))
			if c.want(r); r.Status == http.StatusCreated {
				if got := k.stored(t, r.ID()).Status; got != c.status {
					t.Errorf("the second account is %s, want %s", got, c.status)
				}
			}
			k.api.POST(t, "/users", signUpWith("bob", map[string]any{"invite": "NOSUCHINVITE"})).WantField("invite", "invite_invalid")
			made := k.api.POST(t, "/invites", testkit.As(in.Access), testkit.JSON(map[string]any{})).Want(http.StatusCreated).Map()
			if want := fmt.Sprintf("https://film.example/join?invite=%s", made["code"]); made["url"] != want || made["uses_left"] != 1.0 || made["expires_at"] != nil {
				t.Errorf("the invite is %v, want its url %s", made, want)
			}
			id := k.api.POST(t, "/users", signUpWith("bob", map[string]any{"invite": made["code"]})).Want(http.StatusCreated).ID()
			if u := k.stored(t, id); u.Status != auth.StatusActive || u.InvitedBy == nil || *u.InvitedBy != first {
				t.Errorf("the invited account is %s, invited by %v", u.Status, u.InvitedBy)
			}
			k.api.POST(t, "/users", signUpWith("carol", map[string]any{"invite": made["code"]})).WantField("invite", "invite_invalid")
			if _, err := k.users.Create(t.Context(), user.Draft{Username: "operators", Password: password, Age: 5, Gender: user.Male, Operator: true}); err != nil {
				t.Errorf("the command line: %v", err)
			}
			mode := c.mode
			if mode == "" {
				mode = user.ModeOpen
			}
			if told := k.api.GET(t, "/registration").Want(http.StatusOK).Map(); told["mode"] != string(mode) || told["min_age"] != 14.0 {
				t.Errorf("told %v", told)
			}
		})
	}
}

func TestTheLastUseOfAnInviteIsTakenOnce(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{Mode: user.ModeInvite}))
	_, in := k.moderator(t, "mod")
	code := k.api.POST(t, "/invites", testkit.As(in.Access), testkit.JSON(map[string]any{"uses": 2})).Want(http.StatusCreated).Map()["code"]
	got := atOnce(6, func(i int) int {
		return k.api.POST(t, "/users", signUpWith(fmt.Sprintf("guest %d", i), map[string]any{"invite": code})).Status
	})
	slices.Sort(got)
	if want := []int{201, 201, 422, 422, 422, 422}; !slices.Equal(got, want) {
		t.Errorf("six at once with two uses: %v, want %v", got, want)
	}
	if users := k.api.GET(t, "/users").Want(http.StatusOK).List(); len(users) != 3 {
		t.Errorf("%d accounts", len(users))
	}
}

func TestOneAccountIsTheFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode    user.Mode
		refused int
	}{{user.ModeInvite, http.StatusUnprocessableEntity}, {user.ModeClosed, http.StatusForbidden}, {user.ModeApproval, http.StatusCreated}} {
		t.Run(string(c.mode), func(t *testing.T) {
			t.Parallel()
			k := newKitWith(t, registering(user.Registration{Mode: c.mode}))
			got := atOnce(6, func(i int) int { return k.api.POST(t, "/users", signUpWith(fmt.Sprintf("guest %d", i), nil)).Status })
			slices.Sort(got)
			want := append([]int{http.StatusCreated}, slices.Repeat([]int{c.refused}, 5)...)
			if !slices.Equal(got, want) {
				t.Errorf("six at once: %v, want %v", got, want)
			}
			var active int64
			if err := k.DB.Reader(t.Context()).Model(&user.User{}).Where("status = ?", auth.StatusActive).Count(&active).Error; err != nil || active != 1 {
				t.Errorf("%d active accounts (%v), want 1", active, err)
			}
		})
	}
}

func TestAClosedCommunityRefusesBeforeItChecks(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{Mode: user.ModeClosed, MinAge: 14}))
	k.signUp(t, "first")
	k.api.POST(t, "/users", signUpWith("x", map[string]any{"age": 13, "password": "password"})).WantProblem(http.StatusForbidden, "registration_closed")
}

func TestInvitesOfSuspendedMembersLetNobodyIn(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{MembersMayInvite: true}))
	_, mod := k.moderator(t, "mod")
	alice, in := k.member(t, "alice")
	code := k.api.POST(t, "/invites", testkit.As(in.Access), testkit.JSON(map[string]any{"uses": 2})).Want(http.StatusCreated).Map()["code"]
	join := func(name string) *testkit.Response {
		return k.api.POST(t, "/users", signUpWith(name, map[string]any{"invite": code}))
	}
	k.decide(t, mod, alice, "suspend", because("spam")).Want(http.StatusOK)
	join("bob").WantField("invite", "invite_invalid")
	k.decide(t, mod, alice, "unsuspend", because("a mistake")).Want(http.StatusOK)
	join("bob").Want(http.StatusCreated)
}

func TestInvitesBelongToWhoMadeThem(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{MembersMayInvite: true}))
	_, mod := k.moderator(t, "mod")
	_, alice := k.member(t, "alice")
	_, bob := k.member(t, "bob")
	invite := func(in tokens, body map[string]any) int64 {
		return k.api.POST(t, "/invites", testkit.As(in.Access), testkit.JSON(body)).Want(http.StatusCreated).ID()
	}
	one := invite(alice, map[string]any{"expires_in_days": 1, "uses": 100})
	invite(bob, map[string]any{})
	for _, c := range []struct {
		in   tokens
		want int
	}{{alice, 1}, {bob, 1}, {mod, 2}} {
		if got := k.api.GET(t, "/invites", testkit.As(c.in.Access)).Want(http.StatusOK).List(); len(got) != c.want {
			t.Errorf("listed %v, want %d", got, c.want)
		}
	}
	for _, c := range []struct {
		body  map[string]any
		field string
		code  string
	}{
		{map[string]any{"uses": 0}, "uses", "min"},
		{map[string]any{"uses": 101}, "uses", "max"},
		{map[string]any{"expires_in_days": 0}, "expires_in_days", "min"},
		{map[string]any{"expires_in_days": 91}, "expires_in_days", "max"},
	} {
		k.api.POST(t, "/invites", testkit.As(alice.Access), testkit.JSON(c.body)).WantField(c.field, c.code)
	}
	code := k.api.GET(t, "/invites", testkit.As(alice.Access)).List()[0]["code"]
	k.Clock.Advance(24 * time.Hour)
	k.api.POST(t, "/users", signUpWith("late", map[string]any{"invite": code})).WantField("invite", "invite_invalid")
	path := fmt.Sprintf("/invites/%d", one)
	alice, bob, mod = k.login(t, "alice"), k.login(t, "bob"), k.login(t, "mod")
	k.api.DELETE(t, path, testkit.As(bob.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.DELETE(t, path, testkit.As(mod.Access)).Want(http.StatusNoContent)
	k.api.DELETE(t, path, testkit.As(alice.Access)).WantProblem(http.StatusNotFound, "not_found")
}

func TestOnlyModeratorsInviteUnlessMembersMay(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	k.api.POST(t, "/invites", testkit.As(in.Access), testkit.JSON(map[string]any{})).WantProblem(http.StatusForbidden, "forbidden")
	k.api.GET(t, "/invites", testkit.As(in.Access)).WantProblem(http.StatusForbidden, "forbidden")
	k.api.DELETE(t, "/invites/1", testkit.As(in.Access)).WantProblem(http.StatusForbidden, "forbidden")
}
