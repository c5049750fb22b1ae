package crash_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// TestAKilledImportContinuesAndStoresNothingTwice kills the program while it applies and while it undoes an import.
func TestAKilledImportContinuesAndStoresNothingTwice(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t, "CINECIRCLE_LIMITS_ENABLED=false", "CINECIRCLE_AUTH_ACCESS_TTL=24h")
	const rows = 1000
	var films, ratings strings.Builder
	ratings.WriteString("Date,Name,Year,Letterboxd URI,Rating\r\n")
	for i := range rows {
		fmt.Fprintf(&films, `{"title":"Film %d of many","plot":"","cast":[],"playtime":90,"genre":"Drama","release_date":"2001"}`+"\n", i)
		fmt.Fprintf(&ratings, "2020-01-05,Film %d of many,2001,https://boxd.it/f%04d,%d\r\n", i, i, 1+i%5)
	}
	if err := os.WriteFile(filepath.Join(h.Dir, "films.jsonl"), []byte(films.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output := h.Run("import", "movies", "films.jsonl"); status != 0 {
		t.Fatal(output)
	}
	s := h.Start()
	_, token := s.SignUp("member")
	kind, body := apptest.Upload(t, nil, "file", "ratings.csv", []byte(ratings.String()))
	made, err := s.Try(token, http.MethodPost, "/users/me/imports", kind, body)
	if err != nil || made.Status != http.StatusAccepted {
		t.Fatalf("%v: %d %s", err, made.Status, made.Body)
	}
	path := made.Header.Get("Location")
	// follow kills the program several times until the import has a status.
	follow := func(wanted string) map[string]any {
		t.Helper()
		deadline := time.Now().Add(2 * apptest.Patience)
		for kills := killCount(); ; kills-- {
			<-time.After(rand.N(150 * time.Millisecond)) // at a random moment
			if kills > 0 {
				if s.End(syscall.SIGKILL) == nil {
					t.Fatal("the program ended by itself")
				}
				s = h.Start()
			}
			i := s.Get(token, path).JSON(t)
			if i["status"] == wanted && kills <= 0 {
				return i["counts"].(map[string]any)
			}
			if time.Now().After(deadline) {
				t.Fatalf("the import is %v, want %s", i, wanted)
			}
		}
	}
	send := func(method, target string, want int) {
		t.Helper()
		if a, err := s.Try(token, method, target, "", ""); err != nil || a.Status != want {
			t.Fatalf("%s %s: %v, %d %s", method, target, err, a.Status, a.Body)
		}
	}
	follow("ready")
	send(http.MethodPost, path+"/confirm", http.StatusAccepted)
	if created := follow("done")["created"]; created != float64(rows) {
		t.Errorf("%v rows are stored, want %d", created, rows)
	}
	if me := s.Get(token, "/users/me").JSON(t); me["rating_count"] != float64(rows) || me["watched_count"] != float64(rows) {
		t.Errorf("%v ratings and %v marks, want %d", me["rating_count"], me["watched_count"], rows)
	}
	send(http.MethodDelete, path, http.StatusNoContent)
	if created := follow("undone")["created"]; created != float64(0) {
		t.Errorf("%v rows are left, want none", created)
	}
	if me := s.Get(token, "/users/me").JSON(t); me["rating_count"] != float64(0) || me["watched_count"] != float64(0) {
		t.Errorf("%v ratings and %v marks are left", me["rating_count"], me["watched_count"])
	}
	if status, output := h.Run("recount"); status != 0 {
		t.Errorf("recount: %s", output)
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}
