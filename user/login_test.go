package user_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

func TestLoginReturnsTokensAndCookies(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.signUp(t, "Alice")
	res := k.tryLogin(t, "aLICE", password).Want(http.StatusOK)
	in := tokensOf(res)
	if in.Type != "bearer" || in.ExpiresIn != 1800 {
		t.Errorf("token_type %q, expires_in %d, want bearer and 1800", in.Type, in.ExpiresIn)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
	want := map[string]*http.Cookie{
		auth.AccessCookie:  {Name: auth.AccessCookie, Value: in.Access, Path: "/", MaxAge: 604800, HttpOnly: true, SameSite: http.SameSiteLaxMode},
		auth.RefreshCookie: {Name: auth.RefreshCookie, Value: in.Refresh, Path: "/users", MaxAge: 604800, HttpOnly: true, SameSite: http.SameSiteLaxMode},
	}
	if diff := cmp.Diff(want, cookiesOf(res), cmpopts.IgnoreFields(http.Cookie{}, "Raw")); diff != "" {
		t.Errorf("cookies (-want +got):\n%s", diff)
	}
	for _, one := range res.Header.Values("Set-Cookie") {
		if len(one) >= 4096 {
			t.Errorf("a cookie of %d bytes", len(one))
		}
	}
	if a, err := k.Tokens.ParseAccess(in.Access); err != nil || a.UserID != id {
		t.Errorf("access token of user %d (%v), want %d", a.UserID, err, id)
	}
	k.api.GET(t, "/users/me", testkit.Cookie(auth.AccessCookie, in.Access)).Want(http.StatusOK)
}

func TestCookiesAreSecureBehindHTTPS(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(k *testkit.Kit) { k.Origin = edge(t, "https://films.example") })
	k.signUp(t, "alice")
	res := k.tryLogin(t, "alice", password).Want(http.StatusOK)
	out := k.api.POST(t, "/users/logout").Want(http.StatusNoContent)
	for _, r := range []*testkit.Response{res, out} {
		for name, c := range cookiesOf(r) {
			if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("cookie %s: %v", name, c)
			}
		}
	}
}

func edge(t *testing.T, publicURL string, origins ...string) *web.Origin {
	t.Helper()
	e, err := web.NewOrigin(publicURL, nil, origins)
	if err != nil {
		t.Fatalf("NewEdge: %v", err)
	}
	return e
}

func TestWrongNameAndWrongPasswordGetTheSameResponse(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.signUp(t, "alice")
	id := testkit.Header("X-Request-ID", "same")
	wrong := k.tryLogin(t, "alice", "wrong password", id).WantProblem(http.StatusUnauthorized, "invalid_credentials")
	for _, name := range []string{"nobody", "x", "ali\u200bce", "' OR 1=1 --", strings.Repeat("가", 900)} {
		unknown := k.tryLogin(t, name, password, id).Want(http.StatusUnauthorized)
		if diff := cmp.Diff(string(wrong.Body), string(unknown.Body)); diff != "" {
			t.Errorf("%q: bodies differ:\n%s", name, diff)
		}
		if diff := cmp.Diff(wrong.Header, unknown.Header); diff != "" {
			t.Errorf("%q: headers differ:\n%s", name, diff)
		}
	}
	if wrong.Header.Get("WWW-Authenticate") == "" {
		t.Error("a 401 without WWW-Authenticate")
	}
	wantNoCookies(t, wrong)
}

func TestEveryCharacterOfAPasswordCounts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for name, c := range map[string]struct{ right, wrong string }{
		"72 bytes":   {strings.Repeat("x", 72), strings.Repeat("x", 71)},
		"73 bytes":   {strings.Repeat("x", 72) + "y", strings.Repeat("x", 72) + "z"},
		"25 Hangul":  {strings.Repeat("가", 24) + "나", strings.Repeat("가", 24) + "다"},
		"128 emoji":  {strings.Repeat("🍣", 127) + "🍺", strings.Repeat("🍣", 128)},
		"outer room": {" white space ", "white space"},
	} {
		body := signUpBody(name)
		body["password"] = c.right
		k.api.POST(t, "/users", testkit.JSON(body)).Want(http.StatusCreated)
		k.tryLogin(t, name, c.wrong).WantProblem(http.StatusUnauthorized, "invalid_credentials")
		k.tryLogin(t, name, c.right).Want(http.StatusOK)
	}
	body := signUpBody("both forms")
	body["password"] = "파스워드 caf\u00e9"
	k.api.POST(t, "/users", testkit.JSON(body)).Want(http.StatusCreated)
	k.tryLogin(t, "both forms", "\u1111\u1161스워드 cafe\u0301").Want(http.StatusOK)
}

func TestLoginAcceptsOAuth2Forms(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.signUp(t, "alice")
	k.api.POST(t, "/users/login", testkit.Form("grant_type", "password", "username", "alice", "password", password,
		"scope", "", "client_id", "docs", "client_secret", "")).Want(http.StatusOK)
	k.api.POST(t, "/users/login", testkit.Multipart(testkit.Part{Name: "username", Data: []byte("alice")},
		testkit.Part{Name: "password", Data: []byte(password)})).Want(http.StatusOK)
	k.api.POST(t, "/users/login", testkit.Form("username", "alice", "password", "wrong password", "x", "y")).
		WantProblem(http.StatusUnauthorized, "invalid_credentials")
	k.api.POST(t, "/users/login", testkit.Form("username", "alice")).WantField("password", "required")
	k.api.POST(t, "/users/login", testkit.Form("username", "a", "username", "b", "password", "c")).WantField("username", "repeated")
	k.api.POST(t, "/users/login", testkit.Body("application/x-www-form-urlencoded", "a=%zz")).WantProblem(http.StatusBadRequest, "malformed")
}

func TestLoginReadsJSONStrictly(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.api.POST(t, "/users/login", testkit.JSON(map[string]any{"username": "a", "password": "b", "scope": ""})).WantField("scope", "unknown")
	k.api.POST(t, "/users/login", testkit.JSON(map[string]any{"username": "a"})).WantField("password", "required")
	k.tryLogin(t, strings.Repeat("a", 1001), "b").WantField("username", "max")
	k.tryLogin(t, "a", strings.Repeat("b", 1001)).WantField("password", "max")
	k.api.POST(t, "/users/login", testkit.Body("text/plain", "a")).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	k.api.POST(t, "/users/login", testkit.Body("application/json", "")).WantProblem(http.StatusBadRequest, "malformed")
	k.api.POST(t, "/users/login", testkit.Body("application/json", strings.Repeat(" ", 300<<10))).
		WantProblem(http.StatusRequestEntityTooLarge, "too_large")
}

func TestThrottledGuessesDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	k := newKit(t, limited)
	k.signUp(t, "alice")
	var refused *testkit.Response
	for range 20 {
		if res := k.tryLogin(t, "ALICE", "a wrong guess"); res.Status == http.StatusTooManyRequests {
			refused = res
			break
		}
	}
	if refused == nil {
		t.Fatal("twenty attempts in a second were not throttled")
	}
	refused.WantProblem(http.StatusTooManyRequests, "too_many_requests")
	if refused.Header.Get("Retry-After") == "" {
		t.Error("a 429 without Retry-After")
	}
	k.tryLogin(t, "ａlice", password).WantProblem(http.StatusTooManyRequests, "too_many_requests") // even with the right password
	elsewhere := func(r *http.Request) { r.RemoteAddr = "198.51.100.7:4711" }
	k.tryLogin(t, "alice", password, elsewhere).Want(http.StatusOK)
	k.tryLogin(t, "alice", password).Want(http.StatusOK) // a successful login reset the throttle of the account
}

func TestLoginFromAnotherOriginSetsNoCookies(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(k *testkit.Kit) { k.Origin = edge(t, "", "https://app.example") })
	k.signUp(t, "alice")
	form := testkit.Form("username", "alice", "password", password)
	for _, header := range []testkit.Option{testkit.Header("Sec-Fetch-Site", "cross-site"), testkit.Header("Origin", "https://evil.example")} {
		wantNoCookies(t, k.api.POST(t, "/users/login", form, header).Want(http.StatusOK))
	}
	for _, header := range []testkit.Option{
		testkit.Header("Sec-Fetch-Site", "same-origin"), testkit.Header("Origin", "http://example.com"), testkit.Header("Origin", "https://app.example"),
	} {
		if got := cookiesOf(k.api.POST(t, "/users/login", form, header).Want(http.StatusOK)); len(got) != 2 {
			t.Errorf("%d cookies, want 2", len(got))
		}
	}
}

func TestLoginBeyondTheLimitEndsTheOldestSession(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, first := k.member(t, "alice")
	second := k.login(t, "alice")
	if k.sessionID(t, first.Access) == k.sessionID(t, second.Access) {
		t.Error("two logins share a session")
	}
	k.fillSessions(t, "alice")
	k.me(t, first.Access).Want(http.StatusOK)
	k.ended.take()
	k.login(t, "alice")
	if diff := cmp.Diff([]ending{{id, []int64{k.sessionID(t, first.Access)}}}, k.ended.take()); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	k.me(t, first.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.me(t, second.Access).Want(http.StatusOK)
	if n := k.sessions(t, id); n != 50 {
		t.Errorf("%d sessions, want 50", n)
	}
}

func TestLoginRehashesAPasswordOfAnotherCost(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.signUp(t, "alice")
	dear, err := auth.NewHasher(5).Hash(t.Context(), "192.0.2.1", password)
	if err != nil {
		t.Fatalf("hash: %v", err)
	}
	err = k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Model(&user.User{ID: id}).UpdateColumn("password_hash", dear).Error
	})
	if err != nil {
		t.Fatalf("store hash: %v", err)
	}
	k.tryLogin(t, "alice", "wrong password").Want(http.StatusUnauthorized)
	if got := k.stored(t, id).PasswordHash; got != dear {
		t.Error("a wrong password changed the hash")
	}
	k.login(t, "alice")
	if got := k.stored(t, id).PasswordHash; k.Hasher.NeedsRehash(got) {
		t.Errorf("the hash is still %s…", got[:7])
	}
	k.login(t, "alice")
}

func TestSessionStoresUserAgentAndAddress(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.signUp(t, "alice")
	for sent, want := range map[string]string{
		"Mozilla/5.0 (영화)":       "Mozilla/5.0 (영화)",
		strings.Repeat("가", 300): strings.Repeat("가", 255),
		"bad \xff bytes":         "bad \uFFFD bytes",
		"":                       "",
	} {
		in, err := k.users.Login(t.Context(), "alice", password, user.Device{UserAgent: sent, IP: "2001:db8::1"})
		if err != nil {
			t.Fatalf("login: %v", err)
		}
		row := k.api.GET(t, "/users/me/sessions?limit=1", testkit.As(in.Access)).Want(http.StatusOK).List()[0]
		if got := row["user_agent"].(string); got != want || !utf8.ValidString(got) || row["ip"] != "2001:db8::1" {
			t.Errorf("%q is stored as %q with address %v", sent, got, row["ip"])
		}
	}
	if at := k.stored(t, id).LastLogin; at == nil || !at.Equal(k.Clock.Now()) {
		t.Errorf("last login %v, want %v", at, k.Clock.Now())
	}
}

func TestCancelledLoginChangesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.signUp(t, "alice")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.users.Login(ctx, "alice", password, user.Device{}); err == nil {
		t.Error("a cancelled login returned no error")
	}
	if n := k.sessions(t, id); n != 0 || k.stored(t, id).LastLogin != nil {
		t.Errorf("%d sessions, last login %v", n, k.stored(t, id).LastLogin)
	}
}

func TestUntrustedForwardedAddressIsIgnored(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.signUp(t, "alice")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
	in := tokensOf(k.tryLogin(t, "alice", password, testkit.Header("X-Forwarded-For", "203.0.113.9")).Want(http.StatusOK))
	row := k.api.GET(t, "/users/me/sessions", testkit.As(in.Access)).List()[0]
	if host, _, _ := strings.Cut(r.RemoteAddr, ":"); row["ip"] != host {
		t.Errorf("ip %v, want %s", row["ip"], host)
	}
}
