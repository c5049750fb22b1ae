package user_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestRoleAppliesFromTheNextRequest(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, _ := k.member(t, "alice")
	bob, in := k.member(t, "bob")
	_, _ = k.admin(t, "root")
	edit := func() *testkit.Response {
		return k.api.PATCH(t, path(alice), testkit.As(in.Access), testkit.JSON(map[string]any{"age": 33}))
	}
	edit().WantProblem(http.StatusForbidden, "forbidden")
	for range 2 {
		if err := k.users.Grant(t.Context(), "ＢＯＢ"); err != nil {
			t.Fatalf("grant: %v", err)
		}
		edit().Want(http.StatusOK)
	}
	for range 2 {
		if err := k.users.Revoke(t.Context(), "bob"); err != nil {
			t.Fatalf("revoke: %v", err)
		}
		edit().WantProblem(http.StatusForbidden, "forbidden")
	}
	if got := k.stored(t, bob).Role; got != "member" {
		t.Errorf("role %s, want member", got)
	}
}

// Nobody may decide about an admin, so one who stayed pending or suspended would stay so for good.
func TestWhoIsGivenARoleIsActive(t *testing.T) {
	t.Parallel()
	for _, role := range []auth.Role{auth.RoleModerator, auth.RoleAdmin} {
		for status, action := range map[auth.Status]record.Action{auth.StatusPending: record.Approve, auth.StatusSuspended: record.Unsuspend} {
			k := newKit(t)
			id, in := k.member(t, "alice")
			if err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
				return tx.Model(&user.User{ID: id}).UpdateColumn("status", status).Error
			}); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := k.users.SetRole(t.Context(), "alice", role); err != nil {
					t.Fatal(err)
				}
			}
			if got := k.stored(t, id).Status; got != auth.StatusActive {
				t.Errorf("a %s member who became %s is %s", status, role, got)
			}
			k.api.GET(t, "/moderation/users", testkit.As(in.Access)).Want(http.StatusOK)
			var actions []record.Action
			for _, e := range k.log(t) {
				actions = append(actions, e.Action)
			}
			if want := []record.Action{action, record.Role}; !slices.Equal(actions, want) {
				t.Errorf("the log says %v, want %v", actions, want)
			}
		}
	}
}

func TestLastAdminCannotBeRemoved(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	root, in := k.admin(t, "root")
	k.api.DELETE(t, "/users/me", testkit.As(in.Access)).WantProblem(http.StatusConflict, "last_admin")
	k.api.DELETE(t, path(root), testkit.As(in.Access)).WantProblem(http.StatusConflict, "last_admin")
	if err := k.users.Revoke(t.Context(), "root"); !errors.Is(err, user.ErrLastAdmin) {
		t.Errorf("revoke: %v, want %v", err, user.ErrLastAdmin)
	}
	k.me(t, in.Access).Want(http.StatusOK)
	k.admin(t, "second")
	k.api.DELETE(t, "/users/me", testkit.As(in.Access)).Want(http.StatusNoContent)
	for _, change := range []func(name string) error{
		func(name string) error { return k.users.Grant(t.Context(), name) },
		func(name string) error { return k.users.Revoke(t.Context(), name) },
	} {
		if err := change("root"); !errors.Is(err, user.ErrNotFound) {
			t.Errorf("change the role of a missing account: %v, want %v", err, user.ErrNotFound)
		}
	}
}

func TestConcurrentRemovalsKeepOneAdmin(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var names []string
	var ids []int64
	for i := range 8 {
		name := fmt.Sprintf("admin %d", i)
		id, _ := k.admin(t, name)
		names, ids = append(names, name), append(ids, id)
	}
	refused := 0
	for _, err := range atOnce(8, func(i int) error {
		if i%2 == 0 {
			return k.users.Revoke(t.Context(), names[i])
		}
		return k.users.Delete(t.Context(), ids[i])
	}) {
		if errors.Is(err, user.ErrLastAdmin) {
			refused++
		} else if err != nil {
			t.Errorf("error %v", err)
		}
	}
	if refused != 1 {
		t.Errorf("%d were refused, want 1", refused)
	}
}

// Removals of admins lock their rows in one order. In another one each is a deadlock for the next, and with five attempts
// at most some of them end as "busy" on a server.
func TestConcurrentRemovalsOfAdminsWaitForEachOther(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var names []string
	var ids []int64
	for i := range 16 {
		name := fmt.Sprintf("admin %d", i)
		id, _ := k.admin(t, name)
		names, ids = append(names, name), append(ids, id)
	}
	var attempts atomic.Int64
	end := k.DB.Break(func(_ context.Context, statement string) error {
		if strings.Contains(statement, "role = ?") {
			attempts.Add(1)
		}
		return nil
	})
	errs := atOnce(15, func(i int) error {
		if i%2 == 0 {
			return k.users.Revoke(t.Context(), names[15-i])
		}
		return k.users.Delete(t.Context(), ids[15-i])
	})
	end()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if n := attempts.Load(); n != 2*15 { // before and after the lock on one's own row
		t.Errorf("15 removals locked all admins %d times, want 30: a removal was attempted again", n)
	}
}

func TestAddCountsChangesOnlyTheCounters(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, bob := k.signUp(t, "alice"), k.signUp(t, "bob")
	before := k.stored(t, alice)
	add := func(id int64, c user.Counts) error {
		return k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			if err := user.Lock(tx, bob, id, bob); err != nil {
				return err
			}
			return user.AddCounts(tx, id, c)
		})
	}
	for _, err := range atOnce(16, func(int) error { return add(alice, user.Counts{Followers: 2, Followings: 1, Reviews: 3, Ratings: 4}) }) {
		if err != nil {
			t.Errorf("add: %v", err)
		}
	}
	if err := errors.Join(add(alice, user.Counts{Reviews: -1}), add(alice, user.Counts{})); err != nil {
		t.Errorf("add: %v", err)
	}
	before.FollowerCount, before.FollowingCount, before.ReviewCount, before.RatingCount = 32, 16, 47, 64
	if diff := cmp.Diff(before, k.stored(t, alice)); diff != "" {
		t.Errorf("alice (-want +got):\n%s", diff)
	}
	got := k.api.GET(t, path(alice)).Map()
	if got["follower_count"] != 32.0 || got["following_count"] != 16.0 || got["review_count"] != 47.0 || got["rating_count"] != 64.0 {
		t.Errorf("response: %v", got)
	}
	if err := add(999, user.Counts{Reviews: 1}); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("lock a missing account: %v", err)
	}
	err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return user.AddCounts(tx, 999, user.Counts{Reviews: 1}) })
	if !errors.Is(err, user.ErrNotFound) {
		t.Errorf("change counters of a missing account: %v", err)
	}
	if err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return user.Lock(tx) }); err != nil {
		t.Errorf("lock no accounts: %v", err)
	}
}

func TestByIDsOmitsMissingAccounts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, bob := k.signUp(t, "alice"), k.signUp(t, "bob")
	got, err := k.users.ByIDs(t.Context(), []int64{bob, 999, alice, bob})
	want := map[int64]user.User{alice: k.stored(t, alice), bob: k.stored(t, bob)}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, users (-want +got):\n%s", err, diff)
	}
	if got, err := k.users.ByIDs(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("without ids: %v, %v", got, err)
	}
}
