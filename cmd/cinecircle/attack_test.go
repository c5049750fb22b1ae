package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/page"
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
	attackRequests = 4_000 // of the run that is part of every `go test`
	attackRound    = 1_000 // requests before the stage is set anew: they delete what they play with
	attackers      = 4     // who send at once
)

// TestNoRequestBreaksTheContract sends requests that the document describes, and broken ones, as
// everybody: no answer is a 5xx, undocumented, shaped otherwise than documented, or slow.
func TestNoRequestBreaksTheContract(t *testing.T) {
	t.Parallel()
	total, seed := number(t, attackRequestsVariable, attackRequests), number(t, attackSeedVariable, 1)
	var r attackReport
	for round := uint64(0); round*attackRound < total && !t.Failed(); round++ {
		attackOnce(t, newTestApp(t), seed+round, min(attackRound, total-round*attackRound), &r)
	}
	t.Log(r.String())
	// The fewer requests, the more operations may go without a success; in a long run none does.
	if missed := r.unreached(); uint64(len(missed)) > 8*attackRequests/total {
		t.Errorf("nothing was tried there, in %d requests: %s", total, strings.Join(missed, ", "))
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

// attackOnce sends count requests of a seed to one program.
func attackOnce(t *testing.T, a *app, seed, count uint64, r *attackReport) {
	t.Helper()
	contract, err := testkit.ContractOf(a.router)
	if err != nil {
		t.Fatal(err)
	}
	maker := barrage.New(contract.Doc, attackStage(t, a), seed)
	r.announce(maker.Operations())
	var next atomic.Uint64
	var wg sync.WaitGroup
	for range attackers {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < count; n = next.Add(1) - 1 {
				shot := maker.Shot(n)
				if err := fire(t, a, contract, shot, r); err != nil {
					t.Errorf("seed %d, request %d: %s\n%v\nbody: %.300q", seed, n, shot, err, shot.Body)
				}
			}
		})
	}
	wg.Wait()
}

// fire sends one request and says all that is wrong with the answer.
func fire(t *testing.T, a *app, contract *testkit.Contract, shot *barrage.Shot, r *attackReport) error {
	t.Helper()
	request, w := shot.Request(t.Context()), httptest.NewRecorder()
	start := time.Now()
	if err := serveOrPanic(a.handler, w, request); err != nil {
		return err
	}
	took := time.Since(start)
	r.add(shot, w.Code, took)
	again := shot.Request(t.Context()) // the document's judge reads the body once more, whole
	again.Body = io.NopCloser(bytes.NewReader(shot.Body))
	wrong := []error{contract.Judge(again, w.Code, w.Header(), w.Body.Bytes())}
	// Readiness is judged by the document alone: on a starved machine it may find that the database is too slow, and say so.
	if shot.Operation != "GET /readyz" || w.Code != http.StatusServiceUnavailable {
		wrong = append(wrong, barrage.Judge(request.Method, sane(request), w.Code, w.Header(), w.Body.Bytes()))
	}
	if took > patience { // the report has the figures: a test cannot tell a slow answer from a starved machine
		wrong = append(wrong, fmt.Errorf("took %s", took))
	}
	return errors.Join(wrong...)
}

// serveOrPanic returns a panic that got past our own recovery: net/http would cut the connection.
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

// sane returns the X-Request-ID of a request that has to come back.
func sane(r *http.Request) string {
	return saneRequestID.FindString(r.Header.Get("X-Request-ID"))
}

// attackStage fills a program with a small community and tells the maker what is there.
func attackStage(t *testing.T, a *app) barrage.Known {
	t.Helper()
	known := barrage.Known{
		Identities: []barrage.Identity{{Name: "anonymous"}},
		Cookie:     auth.AccessCookie,
		Costly: map[string]bool{
			"DELETE /users/me": true, "DELETE /users/{user_id}": true, "DELETE /movies/{movie_id}": true, "DELETE /reviews/{review_id}": true,
			"DELETE /users/me/sessions": true, "DELETE /users/me/sessions/{session_id}": true, "POST /users/logout": true,
		},
		Values: map[string][]string{
			"username": {"owner", "other", "새 회원", "New member", "ÉCOLE"}, "q": {"o", "회원"},
			"password": {"password"}, "current_password": {"password"}, "ids": {"1", "2", "3", "99"},
			"owner": {"movies"}, "kind": {"poster_images"},
		},
	}
	for _, name := range []string{"owner", "other", "fresh", "admin"} {
		role := auth.RoleMember
		if name == "admin" {
			role = auth.RoleAdmin
		}
		stageMember(t, a, member(t, a, name, role), &known, true)
	}
	for i := range 6 {
		stageMember(t, a, member(t, a, "spare"+strconv.Itoa(i), auth.RoleMember), &known, false)
	}
	spent := spentTokens(t, a)
	for _, name := range slices.Sorted(maps.Keys(spent)) {
		known.Identities = append(known.Identities, barrage.Identity{Name: name, Access: spent[name], Refresh: spent[name]})
	}
	known.Values["name"] = append(assets(t, a), poster(t, a, film(t, a, 1)))
	return known
}

// stageMember gives a member films, reviews, fans and sessions, and the maker the member.
func stageMember(t *testing.T, a *app, u user.User, known *barrage.Known, lasting bool) {
	t.Helper()
	own := map[string][]string{"session_id": {itoa(sessionOf(t, a, u))}}
	for range 3 {
		movieID := film(t, a, u.ID)
		written, err := a.reviews.Create(t.Context(), review.Draft{UserID: u.ID, MovieID: movieID, Title: "t", Content: "c"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.reactions.SetLike(t.Context(), 1, written.ID, true); err != nil {
			t.Fatal(err)
		}
		for name, id := range map[string]int64{"movie_id": movieID, "review_id": written.ID, "user_id": u.ID} {
			own[name] = append(own[name], itoa(id))
			known.Values[name] = append(known.Values[name], itoa(id))
		}
	}
	elsewhere := signedIn(t, a, u) // a refresh token that is used twice takes its session with it
	own["refresh_token"] = []string{elsewhere.Refresh}
	if lasting && u.Username != "owner" {
		own = map[string][]string{"refresh_token": own["refresh_token"]} // these try what others own
	}
	known.Identities = append(known.Identities, barrage.Identity{
		Name: u.Username, Access: signedIn(t, a, u).Access, Refresh: elsewhere.Refresh, Lasting: lasting, Values: own,
	})
}

// poster gives a film a poster and returns the name of its file.
func poster(t *testing.T, a *app, movieID int64) string {
	t.Helper()
	m, err := a.movies.SetPoster(t.Context(), movieID, media.Upload{Name: "a.png", Data: drawing(t)})
	if err != nil {
		t.Fatal(err)
	}
	return path.Base(*a.movies.PosterURL(m))
}

// assets returns the names of the files that the documentation pages load.
func assets(t *testing.T, a *app) []string {
	t.Helper()
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/docs", http.NoBody))
	page, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`docs/assets/([^"?]+)`).FindAllStringSubmatch(string(page), -1) {
		names = append(names, m[1])
	}
	return names
}

func signedIn(t testing.TB, a *app, u user.User) user.SignedIn {
	t.Helper()
	in, err := a.users.Login(t.Context(), u.Username, "password", user.Device{IP: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// spentTokens returns access tokens that are good no more, by what became of them.
func spentTokens(t *testing.T, a *app) map[string]string {
	t.Helper()
	spent := map[string]string{"garbage": "garbage"}
	leaver := member(t, a, "leaver", auth.RoleMember)
	spent["revoked"] = signedIn(t, a, leaver).Access
	if err := a.users.EndSessions(t.Context(), leaver.ID); err != nil {
		t.Fatal(err)
	}
	in := signedIn(t, a, leaver)
	spent["refresh token"] = in.Refresh
	expired, _, err := pastTokens(a).Access(leaver.ID, sessionOf(t, a, leaver))
	if err != nil {
		t.Fatal(err)
	}
	spent["expired"] = expired
	gone := member(t, a, "gone", auth.RoleMember)
	spent["deleted"] = signedIn(t, a, gone).Access
	if err := a.users.Delete(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	return spent
}

// sessionOf signs a member in and returns the id of the session.
func sessionOf(t *testing.T, a *app, u user.User) int64 {
	t.Helper()
	signedIn(t, a, u)
	sessions, _, err := a.users.Sessions(t.Context(), u.ID, page.Page{Limit: page.MaxLimit})
	if err != nil || len(sessions) == 0 {
		t.Fatalf("%v, %d sessions", err, len(sessions))
	}
	return sessions[0].ID
}
