package user_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// moderator is member with the role of a moderator.
func (k *kit) moderator(t *testing.T, name string) (int64, tokens) {
	t.Helper()
	id, in := k.member(t, name)
	if err := k.users.SetRole(t.Context(), name, auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	return id, in
}

func (k *kit) decide(t *testing.T, by tokens, id int64, what string, body map[string]any) *testkit.Response {
	t.Helper()
	return k.api.POST(t, fmt.Sprintf("/moderation/users/%d/%s", id, what), testkit.As(by.Access), testkit.JSON(body))
}

func because(reason string) map[string]any { return map[string]any{"reason": reason} }

// log returns the moderation log, oldest first.
func (k *kit) log(t *testing.T) (entries []record.Entry) {
	t.Helper()
	if err := k.DB.Reader(t.Context()).Order("id").Find(&entries).Error; err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestSuspendedMembersOnlyRead(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, mod := k.moderator(t, "mod")
	id, in := k.member(t, "alice")
	token := k.newToken(t, in.Access, "write").Token
	k.ended.take()
	k.decide(t, mod, id, "suspend", map[string]any{"days": 2, "reason": "spam"}).Want(http.StatusOK)
	if got := k.ended.take(); len(got) != 1 || got[0].UserID != id || got[0].Sessions != nil {
		t.Errorf("ended %v, want all sockets of %d", got, id)
	}
	until := k.Clock.Now().Add(48 * time.Hour)
	refused := func(access string) {
		t.Helper()
		r := k.api.PATCH(t, "/users/me", testkit.As(access), testkit.JSON(map[string]any{"age": 40})).WantProblem(http.StatusForbidden, "account_suspended")
		at, err := time.Parse(time.RFC3339, fmt.Sprint(r.Map()["until"]))
		if err != nil || !at.Equal(until.Truncate(time.Microsecond)) || r.Map()["reason"] != "spam" {
			t.Errorf("refused with %s, want the reason and until %v", r.Body, until)
		}
	}
	refused(in.Access)
	refused(token)
	k.me(t, in.Access).Want(http.StatusOK)
	in = k.login(t, "alice")
	k.refresh(t, in.Refresh).Want(http.StatusOK)
	k.api.POST(t, "/users/me/tokens", testkit.As(in.Access), testkit.JSON(map[string]any{"name": "x", "scope": "read"})).
		WantProblem(http.StatusForbidden, "account_suspended")
	if active, err := k.users.ActiveSessions(t.Context(), []int64{k.sessionID(t, in.Access)}); err != nil || len(active) > 0 {
		t.Errorf("a suspended member may have sockets: %v, %v", active, err)
	}
	k.api.GET(t, "/users/me/sessions", testkit.As(in.Access)).Want(http.StatusOK)
	k.api.DELETE(t, "/users/me/sessions", testkit.As(in.Access)).WantProblem(http.StatusForbidden, "account_suspended")

	k.Clock.Advance(48 * time.Hour) // the end
	in = k.login(t, "alice")
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"age": 40})).Want(http.StatusOK)
	if active, err := k.users.ActiveSessions(t.Context(), []int64{k.sessionID(t, in.Access)}); err != nil || len(active) != 1 {
		t.Errorf("after the suspension: %v, %v", active, err)
	}

	mod = k.login(t, "mod")
	k.decide(t, mod, id, "suspend", because("again")).Want(http.StatusOK)
	r := k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"age": 41})).WantProblem(http.StatusForbidden, "account_suspended")
	if value, ok := r.Map()["until"]; !ok || value != nil {
		t.Errorf("without an end: %s", r.Body)
	}
	for range 2 {
		k.decide(t, mod, id, "unsuspend", because("sorry")).Want(http.StatusOK)
	}
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"age": 41})).Want(http.StatusOK)
	k.decide(t, mod, id, "suspend", because("once more")).Want(http.StatusOK)
	k.api.DELETE(t, "/users/me", testkit.As(in.Access)).Want(http.StatusNoContent)

	var got []string
	for _, e := range k.log(t) {
		got = append(got, fmt.Sprintf("%s %s %d %s", e.Action, e.TargetType, e.TargetID, e.Note))
	}
	want := []string{"suspend user 2 spam", "suspend user 2 again", "unsuspend user 2 sorry", "suspend user 2 once more"}
	if got = slices.DeleteFunc(got, func(s string) bool { return s[:4] == "role" }); !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestWhoMaySuspendWhom(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	root, admin := k.admin(t, "root")
	mod, moderator := k.moderator(t, "mod")
	other, _ := k.moderator(t, "mod2")
	id, member := k.member(t, "alice")
	for _, what := range []string{"suspend", "unsuspend", "approve", "reject"} {
		k.decide(t, member, other, what, because("x")).WantProblem(http.StatusForbidden, "forbidden")
		k.decide(t, moderator, other, what, because("x")).WantProblem(http.StatusForbidden, "forbidden")
		k.decide(t, moderator, mod, what, because("x")).WantProblem(http.StatusForbidden, "forbidden")
		k.decide(t, moderator, root, what, because("x")).WantProblem(http.StatusForbidden, "forbidden")
		k.decide(t, admin, root, what, because("x")).WantProblem(http.StatusForbidden, "forbidden")
		k.decide(t, moderator, 999, what, because("x")).WantProblem(http.StatusNotFound, "not_found")
		k.decide(t, moderator, root, what, map[string]any{"x": 1}).WantProblem(http.StatusForbidden, "forbidden") // before the body
		k.decide(t, moderator, id, what, map[string]any{}).WantField("reason", "required")
	}
	k.decide(t, admin, other, "suspend", because("x")).Want(http.StatusOK)
	k.decide(t, moderator, id, "suspend", map[string]any{"reason": "x", "days": 0}).WantField("days", "min")
	k.decide(t, moderator, id, "approve", because("x")).WantProblem(http.StatusConflict, "not_pending")
	k.decide(t, moderator, id, "reject", because("x")).WantProblem(http.StatusConflict, "not_pending")
	k.api.GET(t, "/moderation/users", testkit.As(member.Access)).WantProblem(http.StatusForbidden, "forbidden")
}

// registering returns a shape of a kit with another way to become a member.
func registering(r user.Registration) func(*kit) {
	return func(k *kit) { k.registration = r }
}

func TestPendingMembersAreSeenByModeratorsOnly(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{Mode: user.ModeApproval}))
	mod, in := k.moderator(t, "mod") // the first account
	body := signUpBody("alice")
	body["application"] = "I love films"
	id := k.api.POST(t, "/users", testkit.JSON(body)).Want(http.StatusCreated).ID()
	alice := k.login(t, "alice")
	k.me(t, alice.Access).Want(http.StatusOK)
	k.api.PATCH(t, "/users/me", testkit.As(alice.Access), testkit.JSON(map[string]any{"age": 40})).WantProblem(http.StatusForbidden, "account_pending")

	for _, c := range []struct {
		who    string
		access testkit.Option
		status int
		listed int
	}{
		{"anonymous", testkit.Header("X", "y"), http.StatusNotFound, 1},
		{"the moderator", testkit.As(in.Access), http.StatusOK, 2},
	} {
		k.api.GET(t, path(id), c.access).Want(c.status)
		for _, list := range []string{"/users", "/users/search?q=a", "/users/search?q=al", "/users/search?username=alice", "/users/search?age=27"} {
			want := c.listed
			if list != "/users" && list != "/users/search?age=27" {
				want-- // mod is not found by it
			}
			if got := k.api.GET(t, list, c.access).Want(http.StatusOK).List(); len(got) != want {
				t.Errorf("%s sees in %s %d, want %d", c.who, list, len(got), want)
			}
		}
	}
	k.api.GET(t, path(id), testkit.As(alice.Access)).Want(http.StatusOK)

	listed := k.api.GET(t, "/moderation/users?status=pending", testkit.As(in.Access)).Want(http.StatusOK).List()
	if len(listed) != 1 || listed[0]["application"] != "I love films" || listed[0]["status"] != "pending" || listed[0]["report_count"] != 0.0 {
		t.Errorf("listed %v", listed)
	}
	k.decide(t, in, id, "suspend", because("x")).WantProblem(http.StatusConflict, "not_approved")
	k.decide(t, in, id, "unsuspend", because("x")).WantProblem(http.StatusConflict, "not_approved")
	k.decide(t, in, id, "approve", because("welcome")).Want(http.StatusOK)
	k.decide(t, in, id, "approve", because("welcome")).WantProblem(http.StatusConflict, "not_pending")
	k.api.PATCH(t, "/users/me", testkit.As(alice.Access), testkit.JSON(map[string]any{"age": 40})).Want(http.StatusOK)
	k.api.GET(t, path(id)).Want(http.StatusOK)

	bob := k.api.POST(t, "/users", testkit.JSON(signUpBody("bob"))).Want(http.StatusCreated).ID()
	k.decide(t, in, bob, "reject", because("spam")).Want(http.StatusOK)
	k.decide(t, in, bob, "reject", because("spam")).WantProblem(http.StatusNotFound, "not_found")
	k.signUp(t, "bob") // the name is free
	if log := k.log(t); len(log) < 2 || log[len(log)-1].Action != record.Reject || log[len(log)-1].ActorID == nil || *log[len(log)-1].ActorID != mod {
		t.Errorf("the log has %+v", log)
	}
}

func TestMembersAreListedByStatus(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.moderator(t, "mod")
	var ids []int64
	for i := range 6 {
		ids = append(ids, k.signUp(t, fmt.Sprintf("member %d", i)))
	}
	k.decide(t, in, ids[1], "suspend", map[string]any{"days": 1, "reason": "a day"}).Want(http.StatusOK)
	k.decide(t, in, ids[2], "suspend", because("for good")).Want(http.StatusOK)
	k.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&user.User{ID: ids[3]}).UpdateColumn("status", auth.StatusPending).Error
	})
	list := func(query string) (out []int64) {
		t.Helper()
		for next := "/moderation/users?limit=2" + query; next != ""; {
			r := k.api.GET(t, next, testkit.As(in.Access)).Want(http.StatusOK)
			for _, one := range r.List() {
				out = append(out, int64(one["id"].(float64)))
			}
			next = r.Next()
		}
		return out
	}
	check := func(query string, want ...int64) {
		t.Helper()
		if got := list(query); !slices.Equal(got, want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
	check("", 1, 2, 3, 4, 5, 6, 7)
	check("&status=pending", ids[3])
	check("&status=suspended", ids[1], ids[2])
	check("&status=active", 1, ids[0], ids[4], ids[5])
	check("&q=member", ids...)
	check("&q=member&status=suspended", ids[1], ids[2])
	k.Clock.Advance(24 * time.Hour)
	in = k.login(t, "mod")
	check("&status=suspended", ids[2])
	check("&status=active", 1, ids[0], ids[1], ids[4], ids[5])
}

func TestTheListOfAStatusUsesAnIndex(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.addAccounts(t, 200)
	if k.DB.Driver() == database.MySQL {
		k.Write(t, func(tx *gorm.DB) error { return tx.Exec("ANALYZE TABLE users").Error })
	}
	for _, status := range []auth.Status{auth.StatusPending, auth.StatusSuspended} {
		for _, after := range []*page.Key{nil, {ID: 5}} {
			testkit.WantIndexed(t, k.DB, "idx_users_status", func() {
				if _, _, err := k.users.Members(t.Context(), status, "", page.Page{Limit: 5, After: after}); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestSuspendedModeratorsModerateNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, boss := k.admin(t, "boss")
	mod, in := k.moderator(t, "mod")
	k.api.GET(t, "/moderation/users", testkit.As(in.Access)).Want(http.StatusOK)
	k.decide(t, boss, mod, "suspend", because("left")).Want(http.StatusOK)
	k.api.GET(t, "/moderation/users", testkit.As(in.Access)).WantProblem(http.StatusForbidden, "account_suspended")
	k.me(t, in.Access).Want(http.StatusOK)
	if (auth.Viewer{Role: auth.RoleModerator, Status: auth.StatusSuspended}).Moderates() {
		t.Error("a suspended moderator still sees what moderators see")
	}
	k.decide(t, boss, mod, "unsuspend", because("back")).Want(http.StatusOK)
	k.api.GET(t, "/moderation/users", testkit.As(in.Access)).Want(http.StatusOK)
}
