package visibility_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// TestTheNextReadAfterABlockHasNothing blocks on one instance a member who is active all the time, and reads on both.
func TestTheNextReadAfterABlockHasNothing(t *testing.T) {
	t.Parallel()
	fresh := testkit.Fresh(t)
	if fresh.Driver == database.SQLite {
		fresh = apptest.SQLiteFile(t) // both instances open it
	}
	on := apptest.ConfigOn(t, fresh)
	here := &world{a: apptest.With(t, on)}
	there := &world{a: apptest.With(t, on)}
	me, other := apptest.Member(t, here.a, "blocker", auth.RoleMember), apptest.Member(t, here.a, "name-other", auth.RoleMember)
	mine, theirs := apptest.SignIn(t, here.a, me).Access, apptest.SignIn(t, there.a, other).Access
	film := here.newFilm(t, "the film")
	written := here.write(t, me.ID, film, "mine")
	here.write(t, other.ID, film, "theirs")

	stop := make(chan struct{})
	var active sync.WaitGroup
	for _, verb := range []string{"like", "unlike"} { // on both instances; refused while the block stands
		w := map[string]*world{"like": here, "unlike": there}[verb]
		active.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.send(t, http.MethodPost, fmt.Sprintf("/likes/reviews/%d/%s", written, verb), theirs)
					w.send(t, http.MethodPost, fmt.Sprintf("/users/%d/follow", me.ID), theirs)
				}
			}
		})
	}
	defer active.Wait()
	defer close(stop)
	for range 6 {
		block := fmt.Sprintf("/users/%d/block", other.ID)
		if got := here.send(t, http.MethodPost, block, mine); got.Code != http.StatusOK {
			t.Fatalf("block: %d %s", got.Code, got.Body)
		}
		for _, w := range []*world{there, here} {
			for _, target := range []string{
				fmt.Sprintf("/movies/%d/reviews", film), "/notifications/inbox", "/notifications/inbox?grouped=true", "/users/me/followers", "/users", "/users/search?q=name",
				"/users/me/feed", "/latest",
			} {
				if body := w.send(t, http.MethodGet, target, mine).Body.String(); strings.Contains(body, "name-other") {
					t.Errorf("GET %s has the blocked member:\n%s", target, body)
				}
			}
		}
		unread := func(w *world) string {
			return w.send(t, http.MethodGet, "/notifications/inbox", mine).Header().Get("X-Unread-Count")
		}
		if n := unread(there); n != "0" {
			t.Errorf("%s unread notifications", n)
		}
		if got := here.send(t, http.MethodPost, strings.Replace(block, "/block", "/unblock", 1), mine); got.Code != http.StatusOK {
			t.Fatalf("unblock: %d %s", got.Code, got.Body)
		}
	}
}
