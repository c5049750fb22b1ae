package crash_test

import (
	"fmt"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// TestKilledRequestsAreRepeatedWithoutADuplicate kills the program while requests with an Idempotency-Key run, and
// repeats them all after the restart.
func TestKilledRequestsAreRepeatedWithoutADuplicate(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstance(t, "CINECIRCLE_LIMITS_ENABLED=false")
	s := h.Start()
	_, token := s.SignUp("member")
	post := func(s *apptest.Server, key int) (apptest.Answer, error) {
		body := fmt.Sprintf(`{"title": "film %d", "plot": "", "cast": [], "playtime": 1, "genre": "Drama"}`, key)
		return s.TryWith(http.Header{"Idempotency-Key": {fmt.Sprint("key", key)}}, token, http.MethodPost, "/movies", apptest.JSON, body)
	}
	keys, made := 0, sync.Map{} // the bodies of acknowledged requests by key
	for range killCount() {
		var senders sync.WaitGroup
		const each = 50
		acknowledged := make(chan struct{}, 4*each)
		for range 4 {
			first := keys
			keys += each
			senders.Go(func() {
				for key := first; key < first+each; key++ {
					a, err := post(s, key)
					if err != nil {
						return
					}
					if a.Status == http.StatusCreated {
						made.Store(key, string(a.Body))
					}
					acknowledged <- struct{}{}
				}
			})
		}
		for range 10 {
			select {
			case <-acknowledged:
			case <-time.After(apptest.Patience):
				t.Fatal("the program does not respond")
			}
		}
		if s.End(syscall.SIGKILL) == nil {
			t.Fatal("the program ended by itself")
		}
		senders.Wait()
		s = h.Start()
	}
	replays := 0
	for key := range keys {
		a, err := post(s, key)
		if err != nil || a.Status != http.StatusCreated {
			t.Fatalf("key %d after the restart: %v, got %d %s, want 201", key, err, a.Status, a.Body)
		}
		if first, ok := made.Load(key); ok && first != string(a.Body) {
			t.Errorf("key %d: got %s, want %s as before", key, a.Body, first)
		}
		if a.Header.Get("Idempotency-Replayed") == "true" {
			replays++
		}
	}
	films := map[any]int{}
	for next := "/movies?limit=200"; next != ""; {
		page := s.Get("", next)
		for _, film := range page.List(t) {
			films[film["title"]]++
		}
		next = ""
		if cursor := page.Header.Get("X-Next-Cursor"); cursor != "" {
			next = "/movies?limit=200&cursor=" + cursor
		} else if link := page.Header.Get("Link"); link != "" {
			next = link[1 : len(link)-len(`>; rel="next"`)]
		}
	}
	for title, n := range films {
		if n != 1 {
			t.Errorf("%v is there %d times", title, n)
		}
	}
	if len(films) != keys || replays == 0 {
		t.Errorf("got %d films and %d replays for %d keys", len(films), replays, keys)
	}
}
