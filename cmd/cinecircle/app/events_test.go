package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/logqueue"
	"github.com/cinecircle/cinecircle/user"
)

// securityEvent is a line of the log. Zero ids were not logged.
type securityEvent struct {
	Level     string `json:"level"`
	Message   string `json:"msg"`
	Event     string `json:"event"`
	Actor     int64  `json:"actor_id"`
	Target    int64  `json:"target_id"`
	Owner     int64  `json:"owner_id"`
	Role      string `json:"role"`
	Account   string `json:"account"`
	Address   string `json:"address"`
	RequestID string `json:"request_id"`
}

// eventsOf returns the security events of a log by the ids of their requests.
func eventsOf(t *testing.T, log string) map[string][]securityEvent {
	t.Helper()
	events := map[string][]securityEvent{}
	for line := range strings.Lines(log) {
		var e securityEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if e.Event != "" {
			events[e.RequestID] = append(events[e.RequestID], e)
		}
	}
	return events
}

// nameHash returns the hash of the key of an account name.
func nameHash(key string) string {
	return auth.NewTokens([]byte(apptest.Secret), "", time.Hour, time.Hour, time.Now).HashName(key)
}

func TestSecurityEventsNameActorTargetAndAddress(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	queue := logqueue.New(&log)
	a := apptest.WithLog(t, apptest.Config(t), app.NewLogger(queue, "info", false))
	root, alice := apptest.Member(t, a, "root", "admin"), apptest.Member(t, a, "Alice", "member")
	member := func(name string) user.User { return apptest.Member(t, a, name, "member") }
	session := func(u user.User) user.SignedIn { return apptest.SignIn(t, a, u) }
	admin, hers := session(root), session(alice)

	want := map[string][]securityEvent{}
	send := func(in user.SignedIn, method, path, contentType, body string, events ...securityEvent) *httptest.ResponseRecorder {
		t.Helper()
		id := fmt.Sprintf("%02d.%s", len(want), strings.NewReplacer("/", ".").Replace(method+path))
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.RemoteAddr = "203.0.113.9:5555"
		r.Header.Set("X-Request-ID", id)
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if in.Access != "" {
			r.Header.Set("Cookie", "access_token="+in.Access)
		}
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		want[id] = nil
		for _, e := range events {
			e.Message, e.Address, e.RequestID = "security event", "203.0.113.9", id
			want[id] = append(want[id], e)
		}
		return w
	}
	api := func(in user.SignedIn, status int, method, path, body string, events ...securityEvent) {
		t.Helper()
		if w := send(in, method, path, apptest.JSON, body, events...); w.Code != status {
			t.Errorf("%s %s: got %d, want %d: %s", method, path, w.Code, status, w.Body)
		}
	}
	page := func(in user.SignedIn, status int, path string, form url.Values, events ...securityEvent) {
		t.Helper()
		if w := send(in, http.MethodPost, path, apptest.Form, form.Encode(), events...); w.Code != status {
			t.Errorf("POST %s: got %d, want %d: %s", path, w.Code, status, w.Body)
		}
	}
	nobody := user.SignedIn{}
	const found = http.StatusSeeOther

	// Signing in. The hash is the same for every spelling of a name, and for names that do not exist.
	aliceHash, ghostHash := nameHash("alice"), nameHash("hunter22hunter22")
	failed := securityEvent{Level: "WARN", Event: "sign_in_failed", Target: alice.ID, Account: aliceHash}
	api(nobody, http.StatusUnauthorized, "POST", "/users/login", `{"username": "ＡLICE", "password": "wrong"}`, failed)
	page(nobody, http.StatusUnprocessableEntity, "/signin", url.Values{"username": {" alice "}, "password": {"wrong"}}, failed)
	ghost := securityEvent{Level: "WARN", Event: "sign_in_failed", Account: ghostHash}
	api(nobody, http.StatusUnauthorized, "POST", "/users/login", `{"username": "hunter22hunter22", "password": "wrong"}`, ghost)
	page(nobody, http.StatusUnprocessableEntity, "/signin", url.Values{"username": {"hunter22hunter22"}, "password": {"wrong"}}, ghost)
	api(nobody, http.StatusOK, "POST", "/users/login", `{"username": "alice", "password": "`+apptest.Password+`"}`)

	// Passwords.
	const second, third = "the second password", "the third password"
	wrong := securityEvent{Level: "WARN", Event: "password_check_failed", Actor: alice.ID, Target: alice.ID, Account: aliceHash}
	api(hers, http.StatusUnprocessableEntity, "PATCH", "/users/me", `{"password": "`+second+`", "current_password": "wrong"}`, wrong)
	page(hers, http.StatusUnprocessableEntity, "/settings/password", url.Values{"current_password": {"wrong"}, "password": {second}}, wrong)
	page(hers, http.StatusUnprocessableEntity, "/settings/delete", url.Values{"current_password": {"wrong"}}, wrong)
	changed := securityEvent{Level: "INFO", Event: "password_changed", Actor: alice.ID, Target: alice.ID}
	api(hers, http.StatusOK, "PATCH", "/users/me", `{"password": "`+second+`", "current_password": "`+apptest.Password+`"}`, changed)
	page(hers, found, "/settings/password", url.Values{"current_password": {second}, "password": {third}}, changed)
	api(hers, http.StatusOK, "PATCH", "/users/me", `{"age": 31}`)
	bob := member("bob")
	path := fmt.Sprintf("/users/%d", bob.ID)
	api(admin, http.StatusOK, "PATCH", path, `{"password": "`+second+`"}`,
		securityEvent{Level: "WARN", Event: "password_set_by_other", Actor: root.ID, Target: bob.ID})
	api(admin, http.StatusOK, "PATCH", path, `{"age": 32}`, securityEvent{Level: "WARN", Event: "moderated", Actor: root.ID, Target: bob.ID})

	// Roles. Granting a role that the member has changes nothing.
	role := fmt.Sprintf("/admin/members/%d/role", bob.ID)
	granted := securityEvent{Level: "WARN", Event: "role_changed", Actor: root.ID, Target: bob.ID, Role: "admin"}
	grant := func(admin string) url.Values {
		return url.Values{"admin": {admin}, "current_password": {apptest.Password}}
	}
	page(admin, found, role, grant("true"), granted)
	page(admin, found, role, grant("true"))
	granted.Role = "member"
	page(admin, found, role, grant("false"), granted)

	// Films and reviews of others. Their owners delete them without an event.
	deletable := func(what string) (own, byAPI, byPage int64) {
		if what == "movies" {
			return apptest.Film(t, a, bob.ID), apptest.Film(t, a, bob.ID), apptest.Film(t, a, bob.ID)
		}
		return apptest.Review(t, a, bob.ID), apptest.Review(t, a, bob.ID), apptest.Review(t, a, bob.ID)
	}
	apptest.Film(t, a, root.ID) // so that ids of films are not those of members
	bobs, err := a.Users.Login(t.Context(), "bob", second, user.Device{})
	if err != nil {
		t.Fatal(err)
	}
	for what, event := range map[string]string{"movies": "film_deleted_by_other", "reviews": "review_deleted_by_other"} {
		own, byAPI, byPage := deletable(what)
		deleted := securityEvent{Level: "WARN", Event: event, Actor: root.ID, Owner: bob.ID}
		api(bobs, http.StatusNoContent, "DELETE", fmt.Sprintf("/%s/%d", what, own), "")
		deleted.Target = byAPI
		api(admin, http.StatusNoContent, "DELETE", fmt.Sprintf("/%s/%d", what, byAPI), "", deleted)
		deleted.Target = byPage
		page(admin, found, fmt.Sprintf("/%s/%d/delete", map[string]string{"movies": "film", "reviews": "review"}[what], byPage), nil, deleted)
	}

	// Sessions.
	again, err := a.Users.Login(t.Context(), "alice", third, user.Device{})
	if err != nil {
		t.Fatal(err)
	}
	ended := securityEvent{Level: "INFO", Event: "sessions_ended", Actor: alice.ID, Target: alice.ID}
	api(again, http.StatusNoContent, "DELETE", "/users/me/sessions", "", ended)
	if again, err = a.Users.Login(t.Context(), "alice", third, user.Device{}); err != nil {
		t.Fatal(err)
	}
	page(again, found, "/settings/devices", url.Values{"all": {"1"}}, ended)

	// Accounts.
	for _, deletion := range []string{"own by the API", "own by the page", "by an admin", "by the page of an admin"} {
		gone := member("gone, " + deletion)
		own := securityEvent{Level: "INFO", Event: "account_deleted", Actor: gone.ID, Target: gone.ID}
		other := securityEvent{Level: "WARN", Event: "account_deleted", Actor: root.ID, Target: gone.ID}
		switch deletion {
		case "own by the API":
			api(session(gone), http.StatusNoContent, "DELETE", "/users/me", "", own)
		case "own by the page":
			page(session(gone), found, "/settings/delete", url.Values{"current_password": {apptest.Password}}, own)
		case "by an admin":
			api(admin, http.StatusNoContent, "DELETE", fmt.Sprintf("/users/%d", gone.ID), "", other)
		default:
			page(admin, found, fmt.Sprintf("/admin/members/%d/delete", gone.ID), nil, other)
		}
	}

	queue.Close(10 * time.Second)
	got := eventsOf(t, log.out.String())
	for id, events := range want {
		if diff := cmp.Diff(events, got[id]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		t.Errorf("events of no request: %v", got)
	}
	if strings.Contains(log.out.String(), "hunter22") {
		t.Errorf("the log holds what was typed as a name:\n%s", log.out.String())
	}
}

func TestThrottledSignInsAndReusedTokensAreSecurityEvents(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	queue := logqueue.New(&log)
	c := apptest.Config(t)
	c.Limits.Enabled = true
	c.Limits.LoginAddress = limit.Rate{Count: 1, Per: time.Hour}
	a := apptest.WithLog(t, c, app.NewLogger(queue, "info", false))
	alice := apptest.Member(t, a, "alice", "member")
	in := apptest.SignIn(t, a, alice) // from another address
	used := in.Refresh
	for range 2 {
		next, err := a.Users.Refresh(t.Context(), user.Device{}, in.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		in = next
	}
	send := func(id, address, method, path, body string) {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.RemoteAddr = address + ":5555"
		r.Header.Set("X-Request-ID", id)
		r.Header.Set("Content-Type", apptest.JSON)
		r.Header.Set("Authorization", "Bearer "+in.Access)
		if strings.HasPrefix(body, "username") {
			r.Header.Set("Content-Type", apptest.Form)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		a.Handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	const here, elsewhere = "203.0.113.9", "203.0.113.77"
	change, login := `{"password": "another password", "current_password": "wrong"}`, `{"username": "alice", "password": "wrong"}`
	send("change", here, "PATCH", "/users/me", change)
	send("change.again", here, "PATCH", "/users/me", change)
	send("api", here, "POST", "/users/login", login)
	send("page", here, "POST", "/signin", `username=alice&password=wrong`) // the limit of all requests for tokens, before the form is read
	send("api.again", here, "POST", "/users/login", login)
	send("reuse", elsewhere, "POST", "/users/refresh", `{"refresh_token": "`+used+`"}`)
	queue.Close(10 * time.Second)
	got := eventsOf(t, log.out.String())
	hash := nameHash("alice")
	for id, want := range map[string]securityEvent{
		"change":       {Event: "password_check_failed", Actor: alice.ID, Target: alice.ID, Account: hash, Address: here},
		"change.again": {Event: "sign_in_throttled", Actor: alice.ID, Target: alice.ID, Account: hash, Address: here},
		"api":          {Event: "sign_in_throttled", Account: hash, Address: here},
		"page":         {Event: "sign_in_throttled", Address: here},
		"api.again":    {Event: "sign_in_throttled", Address: here},
		"reuse":        {Event: "refresh_token_reuse", Target: alice.ID, Address: elsewhere},
	} {
		want.Level, want.Message, want.RequestID = "WARN", "security event", id
		if diff := cmp.Diff([]securityEvent{want}, got[id]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

func TestMembersAreToldWhenOthersChangeTheirAccount(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	admin := apptest.Member(t, a, "admin", auth.RoleAdmin)
	alice := apptest.Member(t, a, "alice", auth.RoleMember)
	by := auth.Viewer{UserID: admin.ID, Role: auth.RoleAdmin}
	if _, err := a.Users.Change(t.Context(), by, "", alice.ID, user.Patch{Password: new("an even better password")}); err != nil {
		t.Fatal(err)
	}
	if err := a.Users.SetRole(t.Context(), "alice", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	link, err := a.Users.ResetLinkFor(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(link, "token=")
	if err := a.Users.ResetPassword(t.Context(), "", token, "yet another password"); err != nil {
		t.Fatal(err)
	}
	var told []string
	err = a.DB.Reader(t.Context()).Model(&notify.Notification{}).Where("user_id = ? AND type = ? AND actor_id IS NULL", alice.ID, notify.TypeAccount).
		Order("seq").Pluck("action", &told).Error
	if want := []string{"password_set", "role", "password_reset"}; err != nil || !slices.Equal(told, want) {
		t.Errorf("told of %v, %v", told, err)
	}
}
