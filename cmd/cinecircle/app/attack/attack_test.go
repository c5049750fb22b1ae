package attack_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/testkit/barrage"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// The length and the seed of TestNoRequestBreaksTheContract; `make attack` sets them.
const (
	attackRequestsVariable = "CINECIRCLE_TEST_REQUESTS"
	attackSeedVariable     = "CINECIRCLE_TEST_SEED"
)

const (
	attackRequests = 6_000 // of the run that is part of `make check`
	shortRequests  = 600   // of `make test`
	attackRound    = 1_000 // requests before they get a new database: they delete rows
	attackers      = 4     // goroutines that send
)

// TestNoRequestBreaksTheContract sends valid and invalid requests, made from the OpenAPI document, as every identity. No
// response may be a 5xx, undocumented, of another shape than documented, or slow.
func TestNoRequestBreaksTheContract(t *testing.T) {
	t.Parallel()
	count := uint64(attackRequests)
	if testing.Short() {
		count = shortRequests
	}
	total, seed := number(t, attackRequestsVariable, count), number(t, attackSeedVariable, 1)
	var r attackReport
	for round := uint64(0); round*attackRound < total && !t.Failed(); round++ {
		attackOnce(t, apptest.New(t), seed+round, min(attackRound, total-round*attackRound), &r)
	}
	t.Log(r.String())
	// The fewer requests, the more operations may have no successful response. In a long run all must have one.
	if missed := r.unreached(); uint64(len(missed)) > 8*attackRequests/total {
		t.Errorf("no request of %d was successful for %s", total, strings.Join(missed, ", "))
	}
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// attackOnce sends count requests to one program. The seed determines them.
func attackOnce(t *testing.T, a *app.App, seed, count uint64, r *attackReport) {
	t.Helper()
	contract, err := testkit.ContractOf(a.Router)
	if err != nil {
		t.Fatal(err)
	}
	generator := barrage.New(contract.Doc, attackStage(t, a), seed)
	r.announce(generator.Operations())
	var next atomic.Uint64
	var wg sync.WaitGroup
	for range attackers {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < count; n = next.Add(1) - 1 {
				request := generator.Request(n)
				if err := fire(t, a, contract, request, r); err != nil {
					t.Errorf("seed %d, request %d: %s\n%v\nbody: %.300q", seed, n, request, err, request.Body)
				}
			}
		})
	}
	wg.Wait()
}

// fire sends one request and returns everything that is wrong with the response.
func fire(t *testing.T, a *app.App, contract *testkit.Contract, one *barrage.Request, r *attackReport) error {
	t.Helper()
	request, w := one.HTTP(t.Context()), httptest.NewRecorder()
	start := time.Now()
	if err := serveOrPanic(a.Handler, w, request); err != nil {
		return err
	}
	took := time.Since(start)
	r.add(one, w.Code, took)
	again := one.HTTP(t.Context()) // the check against the document reads the body again
	again.Body = io.NopCloser(bytes.NewReader(one.Body))
	wrong := []error{contract.Judge(again, w.Code, w.Header(), w.Body.Bytes())}
	// Only the document checks readiness: on a busy machine the database may be too slow, which is a 503.
	if one.Operation != "GET /readyz" || w.Code != http.StatusServiceUnavailable {
		wrong = append(wrong, barrage.Check(request.Method, sane(request), w.Code, w.Header(), w.Body.Bytes()))
	}
	if took > apptest.Patience { // far above any real response time, since the machine may be busy
		wrong = append(wrong, fmt.Errorf("took %s", took))
	}
	return errors.Join(wrong...)
}

// serveOrPanic returns a panic that the recovery of the handler missed. net/http would close the connection.
func serveOrPanic(h http.Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	h.ServeHTTP(w, r)
	return nil
}

var saneRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// sane returns the X-Request-ID that the response must repeat, or "".
func sane(r *http.Request) string {
	return saneRequestID.FindString(r.Header.Get("X-Request-ID"))
}

// attackStage fills a program with a small community and returns its ids and tokens.
func attackStage(t *testing.T, a *app.App) barrage.Known {
	t.Helper()
	known := barrage.Known{
		Identities: []barrage.Identity{{Name: "anonymous"}},
		Cookie:     auth.AccessCookie,
		Destructive: map[string]bool{
			"DELETE /users/me": true, "DELETE /users/{user_id}": true, "DELETE /movies/{movie_id}": true, "DELETE /reviews/{review_id}": true,
			"DELETE /lists/{list_id}": true, "DELETE /comments/{comment_id}": true,
			"DELETE /users/me/sessions": true, "DELETE /users/me/sessions/{session_id}": true, "POST /users/logout": true,
		},
		Values: map[string][]string{
			"username": {"owner", "other", "새 회원", "New member", "ÉCOLE"}, "q": {"o", "회원"},
			"password": {apptest.Password}, "current_password": {apptest.Password}, "ids": {"1", "2", "3", "99"},
			"owner": {"movies"}, "kind": {"poster_images"}, "n": {"1"},
		},
	}
	for _, name := range []string{"owner", "other", "fresh", "admin"} {
		role := auth.RoleMember
		if name == "admin" {
			role = auth.RoleAdmin
		}
		stageMember(t, a, apptest.Member(t, a, name, role), &known, true)
	}
	for i := range 6 {
		stageMember(t, a, apptest.Member(t, a, "spare"+strconv.Itoa(i), auth.RoleMember), &known, false)
	}
	spent := spentTokens(t, a)
	for _, name := range slices.Sorted(maps.Keys(spent)) {
		known.Identities = append(known.Identities, barrage.Identity{Name: name, Access: spent[name], Refresh: spent[name]})
	}
	known.Values["name"] = append(apptest.DocsAssets(t, a), apptest.Poster(t, a, apptest.Film(t, a, 1)))
	return known
}

// stageMember creates films, reviews, likes and sessions for a member, and adds them to known.
func stageMember(t *testing.T, a *app.App, u user.User, known *barrage.Known, persistent bool) {
	t.Helper()
	history := fmt.Sprint(apptest.Import(t, a, u.ID))
	own := map[string][]string{"session_id": {fmt.Sprint(apptest.Session(t, a, u))}, "import_id": {history}}
	known.Values["import_id"] = append(known.Values["import_id"], history)
	for range 3 {
		movieID := apptest.Film(t, a, u.ID)
		written, err := a.Reviews.Create(t.Context(), review.Draft{UserID: u.ID, MovieID: movieID, Title: "t", Content: "c"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Reactions.SetLike(t.Context(), auth.Viewer{UserID: 1}, written.ID, true); err != nil {
			t.Fatal(err)
		}
		for name, id := range map[string]int64{
			"movie_id": movieID, "review_id": written.ID, "list_id": apptest.List(t, a, u.ID, movieID), "user_id": u.ID, "comment_id": apptest.Comment(t, a, u.ID, written.ID),
			"viewing_id": apptest.Viewing(t, a, u.ID), "invite_id": apptest.Invite(t, a, u.ID), "report_id": apptest.Report(t, a, u.ID, movieID),
		} {
			own[name] = append(own[name], fmt.Sprint(id))
			known.Values[name] = append(known.Values[name], fmt.Sprint(id))
		}
	}
	elsewhere := apptest.SignIn(t, a, u) // a refresh token that is used twice ends its session
	own["refresh_token"] = []string{elsewhere.Refresh}
	if persistent && u.Username != "owner" {
		own = map[string][]string{"refresh_token": own["refresh_token"]} // these use the ids of others
	}
	known.Identities = append(known.Identities, barrage.Identity{
		Name: u.Username, Access: apptest.SignIn(t, a, u).Access, Refresh: elsewhere.Refresh, Persistent: persistent, Values: own,
	})
}

// spentTokens returns invalid access tokens by the reason.
func spentTokens(t *testing.T, a *app.App) map[string]string {
	t.Helper()
	spent := map[string]string{"garbage": "garbage"}
	leaver := apptest.Member(t, a, "leaver", auth.RoleMember)
	spent["revoked"] = apptest.SignIn(t, a, leaver).Access
	if err := a.Users.EndSessions(t.Context(), leaver.ID); err != nil {
		t.Fatal(err)
	}
	in := apptest.SignIn(t, a, leaver)
	spent["refresh token"] = in.Refresh
	spent["expired"] = apptest.ExpiredToken(t, a, leaver)
	gone := apptest.Member(t, a, "gone", auth.RoleMember)
	spent["deleted"] = apptest.SignIn(t, a, gone).Access
	if err := a.Users.Delete(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	return spent
}
