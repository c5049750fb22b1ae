package site_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/totp"
)

func TestExpiredAccessTokensAreRefreshedByPages(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Auth.AccessTTL = time.Second
	a := apptest.With(t, c)
	server := apptest.Serve(t, a.Handler)
	b := newBrowser(t, server)
	b.join("mina")
	expired(t, b)
	b.get("/settings?x=1").has(t, 200, "Settings")
	expired(t, b)
	b.upload("/films/new", testImage(t), "title", "Written for an hour", "plot", "", "genre", "Drama", "playtime", "90").
		has(t, 200, "Written for an hour", "The film was added")
	expired(t, b)
	if err := a.Users.EndSessions(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if p := b.get("/settings"); !strings.HasPrefix(p.path, "/signin?next=%2Fsettings") {
		t.Errorf("a session that ended leads to %s", p.path)
	}
	b.get("/films").has(t, 200, "Sign in")
}

// expired waits until the API no longer accepts the access token in the browser.
func expired(t *testing.T, b *browser) {
	t.Helper()
	tick, deadline := time.NewTicker(50*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for b.get("/users/me").status == http.StatusOK {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the token does not expire")
		}
	}
}

// The session that ends may be of another member; sessions in other browsers stay.
func TestSigningInEndsThePreviousSessionOfTheBrowser(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	elsewhere, b := newBrowser(t, server), newBrowser(t, server)
	elsewhere.join("mina")
	before := elsewhere.token()
	for _, again := range []string{"mina", "mina", "jun"} {
		if again == "jun" {
			b.join(again)
		} else if p := b.post("/signin", "username", again, "password", "popcorn-and-tea"); p.status != 200 || p.path != "/" {
			t.Fatalf("sign in: %d %s", p.status, p.path)
		}
		for who, token := range map[string]string{"elsewhere": elsewhere.token(), "here": b.token(), "before": before} {
			want := http.StatusOK
			if who == "before" && before != elsewhere.token() {
				want = http.StatusUnauthorized
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/users/me", http.NoBody)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			if a.Handler.ServeHTTP(w, r); w.Code != want {
				t.Errorf("as %s, with the token of %s: status %d, want %d", again, who, w.Code, want)
			}
		}
		before = b.token()
	}
}

func TestRedirectParametersStayOnThisSite(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	for _, path := range []string{"/signin?next=https://evil.example", "/join?next=//evil.example", "/users/session/renew?to=//evil.example"} {
		if p := b.get(path); p.status != 200 || p.path != "/" {
			t.Errorf("%s leads to %d %s", path, p.status, p.path)
		}
	}
	if p := b.post("/preferences", "lang", "ko", "to", "//evil.example/"); p.path != "/" {
		t.Errorf("the preferences lead to %s", p.path)
	}
}

// Joining checks no password, so attempts to sign in under a name do not keep a new member with that name out.
func TestJoiningIsNoAttemptToSignIn(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Limits.Enabled = true
	c.Limits.LoginAccount = limit.Rate{Count: 1, Per: time.Hour}
	c.Limits.LoginAddress = limit.Rate{Count: 3, Per: time.Hour}
	server := apptest.Serve(t, apptest.With(t, c).Handler)
	b := newBrowser(t, server)
	for range 3 {
		b.post("/signin", "username", "mina", "password", "popcorn-and-tea")
	}
	if p := b.post("/signin", "username", "mina", "password", "popcorn-and-tea"); p.status != http.StatusTooManyRequests {
		t.Fatalf("sign-ins are not throttled: %d", p.status)
	}
	b.join("mina")
	b.get("/settings").has(t, 200, "mina")
}

func TestSigningInAsksForTheSecondFactorInASecondStep(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	setup, err := a.Users.BeginTOTP(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	code, _ := totp.Code(setup.Secret, time.Now())
	recovery, err := a.Users.ConfirmTOTP(t.Context(), auth.Viewer{UserID: 1}, code)
	if err != nil {
		t.Fatal(err)
	}
	again := newBrowser(t, server)
	p := again.post("/signin", "username", "mina", "password", "popcorn-and-tea", "next", "/settings")
	p.has(t, 200, "Two-factor authentication", `autocomplete="one-time-code" required autofocus`, `name="next" value="/settings"`)
	if strings.Contains(p.body, "popcorn-and-tea") || p.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("the page with the code holds the password, or is stored (%s)", p.header.Get("Cache-Control"))
	}
	_, challenge, _ := strings.Cut(p.body, `name="challenge" value="`)
	challenge, _, _ = strings.Cut(challenge, `"`)
	again.post("/signin/code", "challenge", challenge, "code", "", "next", "/settings").has(t, 422, challenge)
	again.post("/signin/code", "challenge", challenge, "code", code, "next", "/settings").has(t, 422, "was used already", `aria-invalid="true"`, challenge)
	again.get("/settings").has(t, 200, "Welcome back")
	p = again.post("/signin/code", "challenge", challenge, "code", recovery[0], "next", "/settings")
	if p.status != 200 || p.path != "/settings" {
		t.Errorf("a right code leads to %d %s", p.status, p.path)
	}
	newBrowser(t, server).post("/signin/code", "challenge", challenge, "code", recovery[1]).has(t, 422, "This took too long", "Welcome back")
	newBrowser(t, server).post("/signin/code", "challenge", "1.9999999999.00", "code", recovery[1]).has(t, 422, "This took too long")
}
