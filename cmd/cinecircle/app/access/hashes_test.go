package access_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// sendFrom sends a request from an address.
func sendFrom(ctx context.Context, a *app.App, address, method, path, contentType, body, token string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	request.RemoteAddr = address
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if token != "" {
		request.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: token})
	}
	res := httptest.NewRecorder()
	a.Handler.ServeHTTP(res, request)
	return res
}

// floodHashes sends more sign-ins at once from one address than may wait, and returns when some were refused as busy.
// stop makes the others give up.
func floodHashes(t *testing.T, a *app.App) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var crew sync.WaitGroup
	refused := make(chan string, 100)
	for range cap(refused) {
		crew.Go(func() {
			res := sendFrom(ctx, a, "198.51.100.1:4711", http.MethodPost, "/users/login", apptest.JSON, `{"username":"nobody","password":"wrong horse"}`, "")
			if res.Code == http.StatusServiceUnavailable && ctx.Err() == nil {
				refused <- res.Header().Get("Retry-After")
			}
		})
	}
	for range 10 {
		if after := <-refused; after == "" || after == "0" {
			t.Errorf("a busy answer has Retry-After %q", after)
		}
	}
	return func() {
		cancel()
		crew.Wait()
	}
}

// Each kind of request that hashes a password is served while the share of another address in the queue is full.
func TestAFloodOfSignInsRefusesNoOtherAddress(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Auth.BcryptCost = 9 // the flood lasts for as long as a request needs to come in between
	a := apptest.With(t, c)
	admin, mina := apptest.Member(t, a, "admin", auth.RoleAdmin), apptest.Member(t, a, "mina", auth.RoleMember)
	adminToken := apptest.SignIn(t, a, admin).Access
	form := func(pairs ...string) string {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return values.Encode()
	}
	const other = "another password"
	for _, one := range []struct {
		name, method, path, contentType, body string
		as                                    string // "", "mina" or "admin"
		want                                  int
	}{
		{"sign in", http.MethodPost, "/users/login", apptest.JSON, `{"username":"mina","password":"` + apptest.Password + `"}`, "", 200},
		{"sign in with a wrong password", http.MethodPost, "/users/login", apptest.JSON, `{"username":"mina","password":"x"}`, "", 401},
		{"sign up", http.MethodPost, "/users", apptest.JSON, `{"username":"jun","password":"` + other + `","age":30,"gender":"male"}`, "", 201},
		{"sign in on a page", http.MethodPost, "/signin", apptest.Form, form("username", "mina", "password", apptest.Password), "", 303},
		{"join", http.MethodPost, "/join", apptest.Form, form("username", "sol", "password", other, "age", "30", "gender", "female"), "", 303},
		{"an admin sets a password", http.MethodPatch, fmt.Sprintf("/users/%d", mina.ID), apptest.JSON, `{"password":"` + other + `"}`, "admin", 200},
		{"change a password", http.MethodPatch, "/users/me", apptest.JSON, `{"password":"` + apptest.Password + `","current_password":"` + other + `"}`, "mina", 200},
		{"check a current password", http.MethodPatch, "/users/me", apptest.JSON, `{"current_password":"wrong"}`, "mina", 422},
		{"change a password on a page", http.MethodPost, "/settings/password", apptest.Form, form("current_password", apptest.Password, "password", other), "mina", 303},
		{"delete an account on a page", http.MethodPost, "/settings/delete", apptest.Form, form("current_password", other), "mina", 303},
	} {
		t.Run(one.name, func(t *testing.T) {
			token := map[string]string{"": "", "admin": adminToken}[one.as]
			if one.as == "mina" { // whose other sessions end with each new password
				token = signInAs(t, a, "mina", apptest.Password, other)
			}
			stop := floodHashes(t, a)
			defer stop()
			res := sendFrom(t.Context(), a, "192.0.2.7:4711", one.method, one.path, one.contentType, one.body, token)
			if res.Code != one.want {
				t.Errorf("status %d, want %d\n%.300s", res.Code, one.want, res.Body)
			}
		})
	}
}

// signInAs returns an access token for a member who has one of the passwords.
func signInAs(t *testing.T, a *app.App, name string, passwords ...string) string {
	t.Helper()
	for _, password := range passwords {
		res := sendFrom(t.Context(), a, "192.0.2.8:1", http.MethodPost, "/users/login", apptest.Form,
			url.Values{"username": {name}, "password": {password}}.Encode(), "")
		var in struct {
			Access string `json:"access_token"`
		}
		if res.Code == http.StatusOK && json.Unmarshal(res.Body.Bytes(), &in) == nil {
			return in.Access
		}
	}
	t.Fatalf("%s cannot sign in", name)
	return ""
}
