package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit/barrage"
)

// FuzzPatch changes a film and an account with whatever body: the answer keeps what every answer keeps, and what was
// accepted can be read again.
func FuzzPatch(f *testing.F) {
	for _, seed := range []string{`{}`, `{"title": "a"}`, `{"title": null}`, `{"cast": [{"name": "a", "age": 0}]}`, `{"age": 5, "age": 6}`, `{"playtime": 1e2}`, `{"password": "12345678"}`, `{"username": "\u0000"}`, `[]`, `{"plot": "\ud800"}`} {
		f.Add([]byte(seed))
	}
	a := apptest.New(f)
	admin := apptest.Member(f, a, "admin", auth.RoleAdmin)
	id := fmt.Sprint(apptest.Film(f, a, 0))
	target := fmt.Sprint(apptest.Member(f, a, "target", auth.RoleMember).ID)
	token := apptest.SignIn(f, a, admin).Access
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, path := range []string{"/movies/" + id, "/users/" + target} {
			for _, method := range []string{http.MethodPatch, http.MethodGet} {
				r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
				r.Header.Set("Content-Type", apptest.JSON)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				a.Handler.ServeHTTP(w, r)
				if err := barrage.Check(method, "", w.Code, w.Header(), w.Body.Bytes()); err != nil || method == http.MethodGet && w.Code != http.StatusOK {
					t.Fatalf("%s %s: status %d, %v: %s", method, path, w.Code, err, w.Body)
				}
			}
		}
	})
}
