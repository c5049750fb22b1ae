package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit/barrage"
)

// FuzzPatch changes a film and an account with whatever body: the answer keeps what every answer keeps, and what was
// accepted can be read again.
func FuzzPatch(f *testing.F) {
	for _, seed := range []string{`{}`, `{"title": "a"}`, `{"title": null}`, `{"cast": [{"name": "a", "age": 0}]}`, `{"age": 5, "age": 6}`, `{"playtime": 1e2}`, `{"password": "12345678"}`, `{"username": "\u0000"}`, `[]`, `{"plot": "\ud800"}`} {
		f.Add([]byte(seed))
	}
	a := newTestApp(f)
	admin := member(f, a, "admin", auth.RoleAdmin)
	id := itoa(film(f, a, 0))
	target := itoa(member(f, a, "target", auth.RoleMember).ID)
	token := signedIn(f, a, admin).Access
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, path := range []string{"/movies/" + id, "/users/" + target} {
			for _, method := range []string{http.MethodPatch, http.MethodGet} {
				r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
				r.Header.Set("Content-Type", asJSON)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				a.handler.ServeHTTP(w, r)
				if err := barrage.Judge(method, "", w.Code, w.Header(), w.Body.Bytes()); err != nil || method == http.MethodGet && w.Code != http.StatusOK {
					t.Fatalf("%s %s: status %d, %v: %s", method, path, w.Code, err, w.Body)
				}
			}
		}
	})
}

// TestEveryFuzzTargetKeepsACorpus holds that the inputs from which fuzzing goes on are there, and few enough to be run
// by every test.
func TestEveryFuzzTargetKeepsACorpus(t *testing.T) {
	t.Parallel()
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)
	targets := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(source, -1) {
			targets++
			kept, err := os.ReadDir(filepath.Join(filepath.Dir(path), "testdata", "fuzz", string(m[1])))
			if err != nil || len(kept) == 0 || len(kept) > 50 {
				t.Errorf("%s: %d inputs, %v", m[1], len(kept), err)
			}
		}
		return err
	})
	if err != nil || targets < 20 {
		t.Errorf("%d targets, %v", targets, err)
	}
}
