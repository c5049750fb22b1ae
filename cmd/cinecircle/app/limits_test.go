package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// TestRateLimitsApplyToANewAccount lets accounts of the same minute do what spam is made of, as fast as they can, with
// the limits as they come: each is stopped at its burst, told when to come again, and others are not slowed down.
// The smaller allowance for new accounts is switched off.
func TestRateLimitsApplyToANewAccount(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Limits = config.Default().Limits
	c.Limits.NewAccount = 0 // the rates of everybody else
	a := apptest.With(t, c)
	honest := apptest.SignIn(t, a, apptest.Member(t, a, "honest", auth.RoleMember)).Access
	target, films := "", make([]string, 200)
	for i := range films {
		films[i] = fmt.Sprint(apptest.Film(t, a, 0))
	}
	for i := range 2 {
		target = fmt.Sprint(apptest.Member(t, a, fmt.Sprintf("target%d", i), auth.RoleMember).ID)
	}
	for _, spam := range []struct {
		name        string
		burst       int
		perSecond   float64
		path        func(i int) string
		contentType string
		body        func(i int) string
	}{
		{"reviews", 120, 1, func(int) string { return "/reviews" }, apptest.Form, func(i int) string {
			return "title=t&content=c&movie_id=" + films[i%len(films)]
		}},
		{"likes", 200, 20, func(i int) string { return "/likes/movies/" + films[i%len(films)] + "/like" }, "", nil},
		{"the same follow", 5, 5.0 / 60, func(int) string { return "/users/" + target + "/follow" }, "", nil},
	} {
		token := apptest.SignIn(t, a, apptest.Member(t, a, spam.name, auth.RoleMember)).Access
		done, after, begin := 0, "", time.Now()
		for i := range 10 * spam.burst {
			if i%2 == 1 && spam.name == "the same follow" { // only a change counts
				send(t, a, token, "/users/"+target+"/unfollow", "", "")
				continue
			}
			body := ""
			if spam.body != nil {
				body = spam.body(i)
			}
			w := send(t, a, token, spam.path(i), spam.contentType, body)
			if w.Code == http.StatusTooManyRequests {
				after = w.Header().Get("Retry-After")
				break
			}
			if w.Code >= http.StatusBadRequest {
				t.Fatalf("%s: status %d: %s", spam.name, w.Code, w.Body)
			}
			done++
		}
		seconds, err := strconv.Atoi(after)
		refilled := int(spam.perSecond * time.Since(begin).Seconds())
		if err != nil || seconds < 1 || done < spam.burst/2 || done > spam.burst*3/2+refilled {
			t.Errorf("%s: %d went through at a burst of %d, then again after %q", spam.name, done, spam.burst, after)
		}
		if w := send(t, a, honest, "/likes/movies/"+films[0]+"/like", "", ""); w.Code != http.StatusOK {
			t.Errorf("%s: an honest member is answered with %d", spam.name, w.Code)
		}
	}
}

// send posts as whoever holds the token.
func send(t *testing.T, a *app.App, token, target, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	return w
}
