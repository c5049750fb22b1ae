package attack_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/totp"
	"github.com/cinecircle/cinecircle/user"
)

const (
	guessers = 4 // at once
	guesses  = 400
)

// guess sends guesses from many networks at once and counts the answers by status.
func guess(a *app.App, target string, body func(n int64, r *rand.Rand) string) map[int]int {
	var next atomic.Int64
	var mu sync.Mutex
	statuses := map[int]int{}
	var group sync.WaitGroup
	for g := range guessers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(g)))
			for n := next.Add(1); n <= guesses; n = next.Add(1) {
				request := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body(n, random)))
				request.Header.Set("Content-Type", "application/json")
				request.RemoteAddr = fmt.Sprintf("[2001:db8:%x::1]:4000", n)
				w := httptest.NewRecorder()
				a.Handler.ServeHTTP(w, request)
				mu.Lock()
				statuses[w.Code]++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return statuses
}

// guarded returns a program with the rates of the defaults and a member with a second factor.
func guarded(t *testing.T) (a *app.App, secret string, recovery []string) {
	t.Helper()
	c := apptest.Config(t)
	c.Limits = config.Default().Limits
	a = apptest.With(t, c)
	u := apptest.Member(t, a, "victim", auth.RoleMember)
	setup, err := a.Users.BeginTOTP(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.Code(setup.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if recovery, err = a.Users.ConfirmTOTP(t.Context(), auth.Viewer{UserID: u.ID}, code); err != nil {
		t.Fatal(err)
	}
	return a, setup.Secret, recovery
}

func TestWhoKnowsThePasswordGuessesFewCodes(t *testing.T) {
	t.Parallel()
	a, _, recovery := guarded(t)
	statuses := guess(a, "/users/login", func(_ int64, r *rand.Rand) string {
		return fmt.Sprintf(`{"username": "victim", "password": %q, "totp": "%06d"}`, apptest.Password, r.IntN(1_000_000))
	})
	if statuses[http.StatusUnauthorized] > 10 || statuses[http.StatusUnauthorized]+statuses[http.StatusTooManyRequests]+statuses[http.StatusServiceUnavailable] != guesses {
		t.Errorf("answers %v", statuses)
	}
	in, err := a.Users.LoginWith(t.Context(), "victim", apptest.Password, user.SecondFactor{RecoveryCode: recovery[0]}, user.Device{IP: "192.0.2.1"})
	if err != nil || in.Access == "" {
		t.Errorf("the owner with a recovery code: %v", err)
	}
}

func TestGuessedTokensOpenNothing(t *testing.T) {
	t.Parallel()
	a, _, recovery := guarded(t)
	link, err := a.Users.ResetLinkFor(t.Context(), "victim")
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(link, "token=")
	near := func(secret string, n int64) string { // one character is wrong
		i := int(n) % len(secret)
		other := "A"
		if secret[i:i+1] == other {
			other = "B"
		}
		return secret[:i] + other + secret[i+1:]
	}
	for target, body := range map[string]func(n int64) string{
		"/users/password_reset": func(n int64) string {
			return fmt.Sprintf(`{"token": %q, "password": "a password of the attacker"}`, near(token, n))
		},
		"/users/email_confirm": func(n int64) string { return fmt.Sprintf(`{"token": %q}`, near(token, n)) },
		"/users/login": func(n int64) string {
			return fmt.Sprintf(`{"username": "victim", "password": %q, "recovery_code": %q}`, apptest.Password, near(strings.ReplaceAll(recovery[0], "-", ""), n))
		},
		"/users": func(n int64) string {
			return fmt.Sprintf(`{"username": "m%d", "password": "popcorn-and-tea", "age": 30, "gender": "male", "invite": %q}`, n, near("7HVQ3OYX5KJ2DNB6", n))
		},
	} {
		for status := range guess(a, target, func(n int64, _ *rand.Rand) string { return body(n) }) {
			switch status {
			case http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable:
			default:
				t.Errorf("%s was answered with %d", target, status)
			}
		}
	}
	if err := a.Users.ResetPassword(t.Context(), "", token, "the password of the owner"); err != nil {
		t.Errorf("the link of the owner: %v", err)
	}
}
