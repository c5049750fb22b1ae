package user_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// defaults returns the preferences of a new member.
func defaults() map[string]any {
	return map[string]any{
		"language": "auto", "spoilers": "unless_watched", "show_facts": true, "notifications": map[string]any{
			"follow": true, "follow_request": true, "follow_accepted": true, "review_like": true, "review_comment": true,
			"comment_reply": true, "list_like": true,
		},
	}
}

func TestPreferencesCanBeChangedInParts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	res := k.api.GET(t, "/users/me/preferences", testkit.As(in.Access)).Want(http.StatusOK)
	if diff := cmp.Diff(defaults(), res.Map()); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	if cache := res.Header.Get("Cache-Control"); cache != "private, no-cache" {
		t.Errorf("Cache-Control %q", cache)
	}
	tag := testkit.Header("If-None-Match", res.Header.Get("ETag"))
	k.api.GET(t, "/users/me/preferences", testkit.As(in.Access), tag).Want(http.StatusNotModified)
	want := defaults()
	switches := want["notifications"].(map[string]any)
	for _, c := range []struct {
		body   string
		change func()
	}{
		{`{}`, func() {}},
		{`{"language": "en"}`, func() { want["language"] = "en" }},
		{`{"spoilers": "hide", "language": "ko"}`, func() { want["spoilers"], want["language"] = "hide", "ko" }},
		{`{"notifications": {}}`, func() {}},
		{`{"notifications": {"list_like": false, "follow": false}}`, func() { switches["list_like"], switches["follow"] = false, false }},
		{`{"notifications": {"follow": true, "follow_request": false}}`, func() { switches["follow"], switches["follow_request"] = true, false }},
		{`{"notifications": {"follow_request": true}, "show_facts": false}`, func() { switches["follow_request"], want["show_facts"] = true, false }},
		{
			`{"notifications": {"follow": false, "follow_request": false, "follow_accepted": false, "review_like": false, "review_comment": false,
				"comment_reply": false, "list_like": false}, "spoilers": "show"}`,
			func() {
				for kind := range switches {
					switches[kind] = false
				}
				want["spoilers"] = "show"
			},
		},
	} {
		c.change()
		got := k.api.PATCH(t, "/users/me/preferences", testkit.As(in.Access), testkit.Body("application/json", c.body)).Want(http.StatusOK).Map()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.body, diff)
		}
		if diff := cmp.Diff(want, k.api.GET(t, "/users/me/preferences", testkit.As(in.Access)).Want(http.StatusOK).Map()); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", c.body, diff)
		}
	}
}

func TestPreferencesRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	for _, c := range []struct{ body, field, code string }{
		{`{"language": "fr"}`, "language", "enum"},
		{`{"language": ""}`, "language", "enum"},
		{`{"language": null}`, "language", "type"},
		{`{"spoilers": "never"}`, "spoilers", "enum"},
		{`{"spoilers": true}`, "spoilers", "type"},
		{`{"show_facts": "no"}`, "show_facts", "type"},
		{`{"show_facts": null}`, "show_facts", "type"},
		{`{"notifications": null}`, "notifications", "type"},
		{`{"notifications": []}`, "notifications", "type"},
		{`{"notifications": {"follow": null}}`, "notifications.follow", "type"},
		{`{"notifications": {"follow": 1}}`, "notifications.follow", "type"},
		{`{"notifications": {"movie": true}}`, "notifications.movie", "unknown"},
		{`{"theme": "dark"}`, "theme", "unknown"},
	} {
		k.api.PATCH(t, "/users/me/preferences", testkit.As(in.Access), testkit.Body("application/json", c.body)).WantField(c.field, c.code)
	}
	if _, err := k.users.ChangePreferences(t.Context(), id, user.PreferencesPatch{Language: new(user.Language("fr")), Spoilers: new(user.Spoilers(""))}); err == nil {
		t.Error("the service took values that do not exist")
	}
	if diff := cmp.Diff(user.DefaultPreferences(), k.stored(t, id).Preferences); diff != "" {
		t.Errorf("preferences (-want +got):\n%s", diff)
	}
	k.api.GET(t, "/users/me/preferences").WantProblem(http.StatusUnauthorized, "unauthorized")
	k.api.PATCH(t, "/users/me/preferences", testkit.Body("application/json", "{}")).WantProblem(http.StatusUnauthorized, "unauthorized")
}

func TestTheSessionTellsWhatGoesWithEveryRequest(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	session := k.sessionID(t, in.Access)
	want := auth.Account{Role: auth.RoleMember, Status: auth.StatusActive, Spoilers: "unless_watched"}
	check := func() {
		t.Helper()
		got, err := k.users.Active(t.Context(), id, session)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	check()
	if _, err := k.users.ChangePreferences(t.Context(), id, user.PreferencesPatch{Spoilers: new(user.HideSpoilers)}); err != nil {
		t.Fatal(err)
	}
	k.Write(t, func(tx *gorm.DB) error { return user.AddCounts(tx, id, user.Counts{Hides: 2}) })
	want.Spoilers, want.Hides = "hide", true
	check()
}

func TestOnlyOneselfAndAdminsSeeFactsThatAreNotShown(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, own := k.member(t, "alice")
	_, other := k.member(t, "bob")
	_, admin := k.admin(t, "boss")
	k.api.PATCH(t, "/users/me/preferences", testkit.As(own.Access), testkit.Body("application/json", `{"show_facts": false}`)).Want(http.StatusOK)
	anyone := func(*http.Request) {}
	for name, c := range map[string]struct {
		as    testkit.Option
		shown bool
	}{
		"anonymous": {anyone, false}, "another member": {testkit.As(other.Access), false},
		"an admin": {testkit.As(admin.Access), true}, "oneself": {testkit.As(own.Access), true},
	} {
		found := []map[string]any{k.api.GET(t, path(alice), c.as).Want(http.StatusOK).Map()}
		for _, target := range []string{"/users?limit=1", "/users/search?q=ali", "/users/search?username=alice"} {
			found = append(found, k.api.GET(t, target, c.as).Want(http.StatusOK).List()...)
		}
		if len(found) != 4 {
			t.Errorf("%s found %d times alice", name, len(found))
		}
		for _, u := range found {
			if shown := u["age"] == 27.0 && u["gender"] == "female"; shown != c.shown || !shown && (u["age"] != nil || u["gender"] != nil) {
				t.Errorf("%s sees age %v and gender %v", name, u["age"], u["gender"])
			}
		}
		for _, query := range []string{"age=27", "gender=female", "age=27&gender=female", "q=ali&age=27", "q=ali&gender=female", "username=alice&age=27", "q=alice&age=27"} {
			for _, u := range k.api.GET(t, "/users/search?"+query, c.as).Want(http.StatusOK).List() {
				if u["username"] == "alice" {
					t.Errorf("%s finds alice by %s", name, query)
				}
			}
		}
	}
	if got := k.api.GET(t, "/users/me", testkit.As(own.Access)).Want(http.StatusOK).Map(); got["age"] != 27.0 || got["gender"] != "female" {
		t.Errorf("oneself: %v", got)
	}
	k.api.PATCH(t, "/users/me/preferences", testkit.As(own.Access), testkit.Body("application/json", `{"show_facts": true}`)).Want(http.StatusOK)
	if names := k.names(t, "/users/search?q=ali&age=27"); fmt.Sprint(names) != "[alice]" {
		t.Errorf("shown again, but found are %v", names)
	}
}

func TestAccountsSayWhetherTheyArePrivate(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	for _, on := range []bool{true, false} {
		got := k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"is_private": on})).Want(http.StatusOK).Map()
		seen := k.api.GET(t, path(id)).Want(http.StatusOK).Map()
		if got["is_private"] != on || seen["is_private"] != on {
			t.Errorf("is_private %v and %v, want %v", got["is_private"], seen["is_private"], on)
		}
	}
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.Body("application/json", `{"is_private": null}`)).WantField("is_private", "type")
}

// relations knows one relation and counts the questions.
type relations struct {
	of    map[int64]user.Relation
	asked int
}

func (*relations) Unhidden(auth.Viewer, string) (string, []any) { return "TRUE", nil }

func (r *relations) Relations(_ context.Context, _ int64, ids []int64) (map[int64]user.Relation, error) {
	r.asked++
	known := map[int64]user.Relation{}
	for _, id := range ids {
		if of, ok := r.of[id]; ok {
			known[id] = of
		}
	}
	return known, nil
}

func (*relations) AcceptAll(context.Context, int64, func(*gorm.DB) error) error {
	return errors.New("nobody asks")
}

func TestSignedInReadersSeeHowTheyRelateToUsers(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, in := k.member(t, "alice")
	bob := k.signUp(t, "bob")
	fake := &relations{of: map[int64]user.Relation{bob: {Following: true, Muting: true}}}
	k.users.UseRelations(fake)
	none := map[string]any{"following": false, "requested": false, "followed_by": false, "blocking": false, "muting": false}
	some := maps.Clone(none)
	some["following"], some["muting"] = true, true
	for _, target := range []string{path(bob), "/users", "/users/search?q=b", "/users/search"} {
		if body := k.api.GET(t, target).Want(http.StatusOK).Body; strings.Contains(string(body), "viewer") {
			t.Errorf("%s shows the viewer of nobody: %s", target, body)
		}
	}
	if diff := cmp.Diff(some, k.api.GET(t, path(bob), testkit.As(in.Access)).Want(http.StatusOK).Map()["viewer"]); diff != "" {
		t.Errorf("bob (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(none, k.api.GET(t, path(alice), testkit.As(in.Access)).Want(http.StatusOK).Map()["viewer"]); diff != "" {
		t.Errorf("oneself (-want +got):\n%s", diff)
	}
	fake.asked = 0
	found := map[string]any{}
	res := k.api.GET(t, "/users", testkit.As(in.Access)).Want(http.StatusOK)
	for _, u := range res.List() {
		found[u["username"].(string)] = u["viewer"]
	}
	if diff := cmp.Diff(map[string]any{"alice": none, "bob": some}, found); diff != "" || fake.asked != 1 {
		t.Errorf("%d questions for a list (-want +got):\n%s", fake.asked, diff)
	}
	if cache := res.Header.Get("Cache-Control"); cache != "private, no-cache" {
		t.Errorf("Cache-Control %q of what only one reader may see", cache)
	}
}
