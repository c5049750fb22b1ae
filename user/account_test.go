package user_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

const nobody = "/users/9223372036854775807"

func path(id int64) string { return fmt.Sprintf("/users/%d", id) }

func TestUnknownUsersAreNotFound(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	for _, target := range []string{nobody, "/users/999999999999999999999999"} {
		k.api.GET(t, target).WantProblem(http.StatusNotFound, "not_found")
		k.api.PATCH(t, target, testkit.As(in.Access), testkit.JSON(map[string]any{"age": 0})).WantProblem(http.StatusNotFound, "not_found")
		k.api.DELETE(t, target, testkit.As(in.Access)).WantProblem(http.StatusNotFound, "not_found")
	}
	for _, id := range []string{"0", "abc", "-1", "1.5", "+1"} {
		k.api.GET(t, "/users/"+id).WantField("user_id", "type")
	}
}

func TestGetMeReturnsTheAccountWithLastLogin(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	got := k.me(t, in.Access).Want(http.StatusOK)
	want := k.api.GET(t, path(id), testkit.As(in.Access)).Want(http.StatusOK).Map()
	if _, shown := want["last_login"]; shown {
		t.Error("the public profile has last_login")
	}
	want["totp"] = false
	want["last_login"] = k.Clock.Now().In(k.Zone).Format(time.RFC3339Nano)
	if diff := cmp.Diff(want, got.Map()); diff != "" {
		t.Errorf("me (-want +got):\n%s", diff)
	}
	if cache := got.Header.Get("Cache-Control"); cache != "private, no-cache" {
		t.Errorf("Cache-Control %q, want private, no-cache", cache)
	}
	tag := got.Header.Get("ETag")
	k.api.GET(t, "/users/me", testkit.As(in.Access), testkit.Header("If-None-Match", tag)).Want(http.StatusNotModified)
	k.api.GET(t, "/users/me").WantProblem(http.StatusUnauthorized, "unauthorized")
}

func TestPatchChangesOnlyTheGivenFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	before := k.stored(t, id)
	k.Clock.Advance(time.Hour)
	in = tokensOf(k.refresh(t, in.Refresh).Want(http.StatusOK))
	for _, c := range []struct {
		body   map[string]any
		change func(*user.User)
	}{
		{map[string]any{"age": 1}, func(u *user.User) { u.Age = 1 }},
		{map[string]any{"gender": "male"}, func(u *user.User) { u.Gender = user.Male }},
		{map[string]any{"bio": " 매주\r\n한 편씩 "}, func(u *user.User) { u.Bio = "매주\n한 편씩" }},
		{map[string]any{"bio": strings.Repeat("가", 500)}, func(u *user.User) { u.Bio = strings.Repeat("가", 500) }},
		{map[string]any{"bio": "\u200b"}, func(u *user.User) { u.Bio = "" }},
		{map[string]any{"username": " ALICE "}, func(u *user.User) { u.Username = "ALICE" }},
		{map[string]any{"username": "앨리스", "age": 150}, func(u *user.User) {
			u.Username, u.UsernameKey, u.SearchKey, u.Age = "앨리스", "앨리스", "앨리스", 150
		}},
		{map[string]any{"current_password": password}, func(*user.User) {}},
	} {
		res := k.api.PATCH(t, path(id), testkit.As(in.Access), testkit.JSON(c.body)).Want(http.StatusOK)
		c.change(&before)
		before.UpdatedAt = k.stored(t, id).UpdatedAt
		if diff := cmp.Diff(before, k.stored(t, id)); diff != "" {
			t.Errorf("%v changed (-want +got):\n%s", c.body, diff)
		}
		if got := res.Map(); got["username"] != before.Username || got["bio"] != before.Bio {
			t.Errorf("the response to %v has username %v and bio %v, want %v and %v", c.body, got["username"], got["bio"], before.Username, before.Bio)
		}
	}
	if !before.UpdatedAt.Equal(k.Clock.Now()) {
		t.Errorf("updated_at %v, want %v", before.UpdatedAt, k.Clock.Now())
	}
	if got := k.ended.take(); len(got) != 0 {
		t.Errorf("sessions ended: %v", got)
	}
}

func TestEmptyPatchOfAnAccountChangesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	before := k.stored(t, id)
	k.Clock.Advance(time.Minute)
	got := k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{})).Want(http.StatusOK).Map()
	if got["last_login"] == nil || got["username"] != "alice" {
		t.Errorf("response %v, want the unchanged account", got)
	}
	if diff := cmp.Diff(before, k.stored(t, id)); diff != "" {
		t.Errorf("an empty patch changed (-want +got):\n%s", diff)
	}
}

func TestPatchReportsInvalidFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	k.signUp(t, "Bob")
	before := k.stored(t, id)
	for _, c := range []struct{ body, field, code string }{
		{`{"username":null}`, "username", "type"},
		{`{"username":""}`, "username", "required"},
		{`{"username":"\u200b\ufeff"}`, "username", "required"},
		{`{"username":"a\u200bb"}`, "username", "format"},
		{`{"password":"short","current_password":"correct horse battery"}`, "password", "min"},
		{`{"password":"PASSWORD1","current_password":"correct horse battery"}`, "password", "password_too_common"},
		{`{"username":"long enough name","password":"long enough NAME","current_password":"correct horse battery"}`, "password", "password_too_common"},
		{`{"password":"long enough"}`, "current_password", "required"},
		{`{"password":"long enough","current_password":""}`, "current_password", "required"},
		{`{"password":"long enough","current_password":"wrong"}`, "current_password", "invalid"},
		{`{"age":20,"current_password":"wrong"}`, "current_password", "invalid"},
		{`{"age":0}`, "age", "min"},
		{`{"age":151}`, "age", "max"},
		{`{"age":null}`, "age", "type"},
		{`{"gender":"other"}`, "gender", "enum"},
		{`{"bio":null}`, "bio", "type"},
		{`{"bio":7}`, "bio", "type"},
		{`{"bio":"` + strings.Repeat("가", 501) + `"}`, "bio", "max"},
		{`{"age":3,"age":4}`, "age", "repeated"},
		{`{"role":"admin"}`, "role", "unknown"},
	} {
		k.api.PATCH(t, path(id), testkit.As(in.Access), testkit.Body("application/json", c.body)).WantField(c.field, c.code)
	}
	taken := testkit.JSON(map[string]any{"username": "BOB", "age": 30})
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), taken).WantProblem(http.StatusConflict, "username_taken")
	if diff := cmp.Diff(before, k.stored(t, id)); diff != "" {
		t.Errorf("a refused patch changed (-want +got):\n%s", diff)
	}
}

func TestChecksRunInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, _ := k.member(t, "alice")
	_, bob := k.member(t, "bob")
	wrongType := testkit.Body("text/plain", "{")
	k.api.PATCH(t, "/users/0", wrongType).WantProblem(http.StatusUnauthorized, "unauthorized")
	k.api.PATCH(t, "/users/0", wrongType, testkit.As(bob.Access)).WantField("user_id", "type")
	k.api.PATCH(t, nobody, wrongType, testkit.As(bob.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.PATCH(t, path(alice), wrongType, testkit.As(bob.Access)).WantProblem(http.StatusForbidden, "forbidden")
	k.api.PATCH(t, "/users/me", wrongType, testkit.As(bob.Access)).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	k.api.PATCH(t, "/users/me", testkit.Body("application/json", "{"), testkit.As(bob.Access)).WantProblem(http.StatusBadRequest, "malformed")
	both := testkit.JSON(map[string]any{"username": "alice", "age": 0})
	k.api.PATCH(t, "/users/me", both, testkit.As(bob.Access)).WantField("age", "min")
	k.api.DELETE(t, path(alice), testkit.As(bob.Access)).WantProblem(http.StatusForbidden, "forbidden")
	if got := k.stored(t, alice); got.Username != "alice" {
		t.Errorf("alice was changed to %v", got)
	}
}

func TestNewPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, here := k.member(t, "alice")
	there := k.login(t, "alice")
	_, bystander := k.member(t, "bob")
	change := map[string]any{"password": "비밀번호를 바꿨다", "current_password": password}
	k.api.PATCH(t, "/users/me", testkit.As(here.Access), testkit.JSON(change)).Want(http.StatusOK)

	want := []ending{{id, []int64{k.sessionID(t, there.Access)}}}
	if diff := cmp.Diff(want, k.ended.take()); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	k.me(t, here.Access).Want(http.StatusOK)
	k.refresh(t, here.Refresh).Want(http.StatusOK)
	k.me(t, there.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.refresh(t, there.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.me(t, bystander.Access).Want(http.StatusOK)
	k.tryLogin(t, "alice", password).WantProblem(http.StatusUnauthorized, "invalid_credentials")
	k.tryLogin(t, "alice", "비밀번호를 바꿨다").Want(http.StatusOK)
}

func TestAdminSetsAPasswordWithoutTheOldOne(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, in := k.member(t, "alice")
	_, admin := k.admin(t, "root")
	change := testkit.JSON(map[string]any{"password": "set by an admin"})
	k.api.PATCH(t, path(alice), testkit.As(admin.Access), change).Want(http.StatusOK)
	k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.tryLogin(t, "alice", "set by an admin").Want(http.StatusOK)
	if got := k.ended.take(); len(got) != 1 || got[0].UserID != alice || len(got[0].Sessions) != 1 {
		t.Errorf("ended %v, want the session of user %d", got, alice)
	}
	k.api.PATCH(t, "/users/me", testkit.As(admin.Access), change).WantField("current_password", "required")
	k.tryLogin(t, "root", password).Want(http.StatusOK)
}

func TestOnlyOneOfConcurrentPasswordChangesSucceeds(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	got := map[int]int{}
	for _, res := range atOnce(8, func(i int) *testkit.Response {
		change := map[string]any{"password": fmt.Sprintf("new password %d", i), "current_password": password}
		return k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(change))
	}) {
		if got[res.Status]++; res.Status != http.StatusOK {
			res.WantField("current_password", "invalid")
		}
	}
	if diff := cmp.Diff(map[int]int{200: 1, 422: 7}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestCurrentPasswordAttemptsAreThrottled(t *testing.T) {
	t.Parallel()
	k := newKit(t, limited)
	_, in := k.member(t, "alice")
	guess := testkit.JSON(map[string]any{"password": "long enough", "current_password": "a guess"})
	for range 8 {
		if res := k.api.PATCH(t, "/users/me", testkit.As(in.Access), guess); res.Status == http.StatusTooManyRequests {
			res.WantProblem(http.StatusTooManyRequests, "too_many_requests")
			return
		}
	}
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), guess).WantProblem(http.StatusTooManyRequests, "too_many_requests")
}

func TestDeleteRemovesAllDataOfTheAccount(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	k.login(t, "alice")
	other, _ := k.member(t, "bob")
	k.api.POST(t, "/users/me/profile_image", testkit.As(in.Access), upload(t, "me.png")).Want(http.StatusOK)
	image := k.stored(t, id).ProfileImage
	var purged []int64
	k.users.OnDelete(func(tx *gorm.DB, userID int64) error {
		purged = append(purged, userID)
		return user.Lock(tx, userID) // the row still exists
	})
	res := k.api.DELETE(t, "/users/me", testkit.As(in.Access)).Want(http.StatusNoContent)

	wantCleared(t, res)
	if diff := cmp.Diff([]int64{id}, purged); diff != "" {
		t.Errorf("accounts passed to the hook (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]ending{{id, nil}}, k.ended.take()); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	if n := k.sessions(t, id); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if got := k.trash(t); !cmp.Equal(got, []string{image}) {
		t.Errorf("trash %v, want %s", got, image)
	}
	k.me(t, in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.refresh(t, in.Refresh).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.api.GET(t, path(id)).WantProblem(http.StatusNotFound, "not_found")
	k.tryLogin(t, "alice", password).WantProblem(http.StatusUnauthorized, "invalid_credentials")
	if n := k.sessions(t, other); n != 1 {
		t.Errorf("bob has %d sessions, want 1", n)
	}
	k.api.POST(t, "/users", testkit.JSON(signUpBody("ALICE"))).WantProblem(http.StatusConflict, "username_taken") // held back
	k.Clock.Advance(30 * 24 * time.Hour)
	if again := k.signUp(t, "alice"); again <= other {
		t.Errorf("id %d was reused; the last id was %d", again, other)
	}
}

func (k *kit) trash(t *testing.T) []string {
	t.Helper()
	keys := []string{}
	if err := k.DB.Reader(t.Context()).Model(&media.Trash{}).Order("storage_key").Pluck("storage_key", &keys).Error; err != nil {
		t.Fatalf("read trash: %v", err)
	}
	return keys
}

func TestFailingDeletionHookKeepsTheAccount(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	broken := errors.New("the disk is on fire")
	k.users.OnDelete(func(*gorm.DB, int64) error { return broken })
	k.api.DELETE(t, path(id), testkit.As(in.Access)).WantProblem(http.StatusInternalServerError, "internal")
	if err := k.users.Delete(t.Context(), id); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	k.me(t, in.Access).Want(http.StatusOK)
	if got := k.ended.take(); len(got) != 0 {
		t.Errorf("sessions ended: %v", got)
	}
}

func TestAdminDeletingAUserStaysSignedIn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, _ := k.member(t, "alice")
	_, admin := k.admin(t, "root")
	res := k.api.DELETE(t, path(alice), testkit.As(admin.Access)).Want(http.StatusNoContent)
	wantNoCookies(t, res)
	k.me(t, admin.Access).Want(http.StatusOK)
	k.api.GET(t, path(alice)).WantProblem(http.StatusNotFound, "not_found")
}

func TestOnlyAdminsDeleteAnAccountWithItsFilms(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	type call struct{ Of, By int64 }
	var calls []call
	k.users.OnDeleteMovies(func(ctx context.Context, of int64, by auth.Viewer) error {
		var left int64 // the account is there until its films are gone
		if err := k.DB.Reader(ctx).Model(&user.User{}).Where("id = ?", of).Count(&left).Error; err != nil || left != 1 {
			t.Errorf("%d accounts, error %v", left, err)
		}
		calls = append(calls, call{of, by.UserID})
		return nil
	})
	alice, in := k.member(t, "alice")
	root, admin := k.admin(t, "root")

	with := path(alice) + "?with=movies"
	k.api.DELETE(t, with).WantProblem(http.StatusUnauthorized, "unauthorized")
	k.api.DELETE(t, with, testkit.As(in.Access)).WantProblem(http.StatusForbidden, "forbidden")
	k.api.DELETE(t, path(root)+"?with=movies", testkit.As(in.Access)).WantProblem(http.StatusForbidden, "forbidden")
	k.api.DELETE(t, "/users/me?with=movies", testkit.As(in.Access)).WantField("with", "unknown")
	for _, bad := range []string{"films", "Movies", "movies,reviews", ""} {
		k.api.DELETE(t, path(alice)+"?with="+url.QueryEscape(bad), testkit.As(in.Access)).WantField("with", "enum")
	}
	k.api.DELETE(t, "/users/999?with=films", testkit.As(in.Access)).WantField("with", "enum")
	k.api.DELETE(t, "/users/999?with=movies", testkit.As(in.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.api.DELETE(t, path(root)+"?with=movies", testkit.As(admin.Access)).WantProblem(http.StatusConflict, "last_admin")
	if len(calls) != 0 {
		t.Errorf("refused requests deleted films: %v", calls)
	}
	k.me(t, in.Access).Want(http.StatusOK)

	k.api.DELETE(t, with, testkit.As(admin.Access)).Want(http.StatusNoContent)
	// The second call is in the transaction that deletes the account, for the films that were added after the first.
	if diff := cmp.Diff([]call{{alice, root}, {alice, root}}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	k.api.GET(t, path(alice)).WantProblem(http.StatusNotFound, "not_found")

	bob, in := k.member(t, "bob")
	k.api.DELETE(t, path(bob), testkit.As(in.Access)).Want(http.StatusNoContent)
	if len(calls) != 2 {
		t.Errorf("an account without films deleted films: %v", calls)
	}
}

func TestFailingDeletionOfFilmsKeepsTheAccount(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	root, _ := k.admin(t, "root")
	broken := errors.New("the disk is on fire")
	k.users.OnDeleteMovies(func(context.Context, int64, auth.Viewer) error { return broken })
	if err := k.users.DeleteWithMovies(t.Context(), id, auth.Viewer{UserID: root, Role: auth.RoleAdmin}); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	k.me(t, in.Access).Want(http.StatusOK)
}
