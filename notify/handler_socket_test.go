package notify_test

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// upgrade sets the headers of a valid handshake, for requests that fail before the upgrade.
func upgrade() testkit.Option {
	return func(r *http.Request) {
		r.Header.Set("Connection", "keep-alive, Upgrade")
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Sec-WebSocket-Version", "13")
		r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	}
}

func TestInvalidTokenClosesTheSocketWithTheReason(t *testing.T) {
	t.Parallel()
	var log sockettest.Journal
	in := newInstance(t, func(d *notify.Deps) { d.Log = log.Logger() })
	me, deleted := in.user("me"), in.user("deleted")
	in.accounts.set(func(a *accounts) { a.deleted[deleted] = true; a.ended[777] = true })
	good := in.token(me)
	refresh, _, err := in.Tokens.Refresh(me, me*10, 1, in.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	carriers := map[string]func(token string) sockettest.Option{
		"header":      bearer,
		"cookie":      func(token string) sockettest.Option { return header("Cookie", auth.AccessCookie+"="+token) },
		"subprotocol": func(token string) sockettest.Option { return protocols("bearer", token) },
	}
	for carrier, carry := range carriers {
		for token, reason := range map[string]string{
			"garbage": "Invalid token", refresh: "Invalid token",
			in.token(deleted): "User not found", in.tokenOf(me, 777): "Invalid token",
		} {
			t.Logf("%s by %s", reason, carrier)
			in.open(carry(token), since(0)).WantEnd(4001, reason)
		}
	}
	for name, o := range map[string]sockettest.Option{
		"nothing":            since(0),
		"another protocol":   protocols("graphql-ws", good),
		"a protocol alone":   protocols("bearer"),
		"an empty cookie":    header("Cookie", auth.AccessCookie+"="),
		"the refresh cookie": header("Cookie", auth.RefreshCookie+"="+refresh),
	} {
		t.Log(name)
		in.open(o).WantEnd(4001, "Authorization header required")
	}
	for _, value := range []string{"Basic bWU6c2VjcmV0", good, "Bearer", "Bearer "} {
		// The cookie does not replace an invalid header.
		in.open(header("Authorization", value), header("Cookie", auth.AccessCookie+"="+good)).WantEnd(4001, "Invalid token")
	}
	eventually(t, "their slots are free", func() bool { return in.s.Stats().Sockets == 0 })
	if n := log.Count("level="); n > 0 {
		t.Errorf("logged %s, want nothing", &log)
	}
}

func TestExpiredTokenIsRefused(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	token := in.token(in.user("me"))
	in.Clock.Advance(31 * time.Minute)
	in.open(bearer(token)).WantEnd(4001, "Invalid token")
}

func TestTokenIsAcceptedInHeaderCookieAndSubprotocol(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	token := in.token(me)
	clients := map[string]client{
		"header":      in.open(header("Authorization", "bearer "+token)),
		"cookie":      in.open(header("Cookie", auth.AccessCookie+"="+token)),
		"subprotocol": in.open(protocols("bearer", token)),
	}
	in.send(follow(me, cat))
	for name, c := range clients {
		t.Log(name)
		c.WantSeqs(1, 1)
	}
	for name, want := range map[string]string{"header": "", "cookie": "", "subprotocol": "bearer"} {
		if got := clients[name].Conn.Subprotocol(); got != want {
			t.Errorf("%s: the selected subprotocol is %q, want %q", name, got, want)
		}
	}
}

func TestOfSeveralCookiesTheValidOneOpensASocket(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.accounts.set(func(a *accounts) { a.ended[777] = true })
	token := in.token(me)
	var clients []client
	for _, cookies := range []string{
		"access_token=garbage; access_token=" + token,
		"access_token=" + token + "; access_token=garbage",
		"access_token=" + in.tokenOf(me, 777) + "; __Host-cinecircle_access=" + token,
		"access_token=; __Host-cinecircle_access=garbage; access_token=" + token,
	} {
		clients = append(clients, in.open(header("Cookie", cookies)))
	}
	in.send(follow(me, cat))
	for i, c := range clients {
		t.Log(i)
		c.WantSeqs(1, 1)
	}
	in.open(header("Cookie", "access_token=a; __Host-cinecircle_access=b")).WantEnd(4001, "Invalid token")
}

func TestUpgradeHasNoHeadersButTheRequestID(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	conn, res, err := in.dial(header("Authorization", "Bearer "+in.token(in.user("me"))), header("X-Request-ID", "abc"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, name := range []string{"Upgrade", "Connection", "Sec-Websocket-Accept"} {
		res.Header.Del(name)
	}
	if diff := cmp.Diff(http.Header{"X-Request-Id": {"abc"}}, res.Header); diff != "" {
		t.Errorf("further headers (-want +got):\n%s", diff)
	}
}

func TestCookieFromAForeignOriginIsRefused(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	edge, err := web.NewOrigin("https://cine.example", nil, []string{"https://app.example"})
	if err != nil {
		t.Fatal(err)
	}
	in.Origin = edge
	in = in.another(t)
	me := in.user("me")
	cookie := header("Cookie", auth.AccessCookie+"="+in.token(me))
	host := strings.TrimPrefix(in.server.URL, "http://")
	for origin, allowed := range map[string]bool{
		"":                            true, // not a browser
		"https://" + host:             true,
		"http://" + host:              false, // the service is on https
		"https://cine.example":        true,
		"https://app.example":         true,
		"https://evil.example":        false,
		"null":                        false,
		"file://":                     false,
		"http://127.0.0.1":            false,
		"http://127.0.0.1:1":          false,
		"http://cine.example":         false,
		"https://cine.example:8443":   false,
		"https://cine.example.":       false,
		"https://cine.example.evil.x": false,
		"https://evil-cine.example":   false,
		"https://sub.cine.example":    false,
		"https://app.example.":        false,
	} {
		options := []sockettest.Option{cookie}
		if origin != "" {
			options = append(options, header("Origin", origin))
		}
		conn, res, err := in.dial(options...)
		if allowed != (err == nil) || !allowed && res.Status != http.StatusForbidden {
			t.Errorf("cookie from %q: %v %v; want allowed: %t", origin, res, err, allowed)
		}
		if err == nil {
			_ = conn.Close()
		}
		// A foreign page cannot know the token, so an explicit token is accepted from any origin.
		options[0] = bearer(in.token(me))
		if conn, _, err = in.dial(options...); err != nil {
			t.Errorf("token from %q: %v", origin, err)
			continue
		}
		_ = conn.Close()
	}
}

func TestSecFetchSiteDecidesOnTheCookie(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	cookie := testkit.Cookie(auth.AccessCookie, in.token(in.user("me")))
	for _, site := range []string{"cross-site", "same-site"} {
		in.api.GET(t, "/notifications", upgrade(), cookie, testkit.Header("Sec-Fetch-Site", site)).
			WantProblem(http.StatusForbidden, "cross_origin")
	}
	bad := testkit.Cookie(auth.AccessCookie, "garbage")
	in.api.GET(t, "/notifications", upgrade(), bad, testkit.Header("Origin", "https://evil.example")).
		WantProblem(http.StatusForbidden, "cross_origin")
}

func TestInvalidHandshakeIsRefused(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	as := testkit.As(in.token(in.user("me")))
	drop := func(name string) testkit.Option { return func(r *http.Request) { r.Header.Del(name) } }
	for name, options := range map[string][]testkit.Option{
		"a plain request": {as},
		"no Connection":   {as, upgrade(), drop("Connection")},
		"no Upgrade":      {as, upgrade(), drop("Upgrade")},
		"another version": {as, upgrade(), testkit.Header("Sec-WebSocket-Version", "8")},
	} {
		t.Log(name)
		res := in.api.GET(t, "/notifications", options...).WantProblem(http.StatusUpgradeRequired, "upgrade_required")
		if res.Header.Get("Connection") != "Upgrade" || res.Header.Get("Upgrade") != "websocket" || res.Header.Get("Sec-WebSocket-Version") != "13" {
			t.Errorf("headers %v", res.Header)
		}
	}
	in.api.Do(t, http.MethodHead, "/notifications", as, upgrade()).Want(http.StatusUpgradeRequired)
	for _, key := range []string{"", "short", "dG9vIHNob3J0"} {
		in.api.GET(t, "/notifications", as, upgrade(), testkit.Header("Sec-WebSocket-Key", key)).
			WantProblem(http.StatusBadRequest, "malformed")
	}
	if got := in.s.Stats().Sockets; got != 0 {
		t.Errorf("%d slots are taken", got)
	}
}

func TestInvalidQueryIsRefusedBeforeTheUpgrade(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	token := in.token(in.user("me"))
	for query, want := range map[string][2]string{
		"since=-1":                   {"since", "min"},
		"since=abc":                  {"since", "type"},
		"since=":                     {"since", "type"},
		"since=1.5":                  {"since", "type"},
		"since=99999999999999999999": {"since", "type"},
		"since=1&since=2":            {"since", "repeated"},
		"token=" + token:             {"token", "unknown"},
		"access_token=" + token:      {"access_token", "unknown"},
	} {
		in.api.GET(t, "/notifications?"+query, testkit.As(token)).WantField(want[0], want[1])
		in.api.GET(t, "/notifications?x=1&"+query, upgrade(), testkit.As(token)).WantField(want[0], want[1])
	}
}

// Scripts take a refused handshake for a lost connection, and would come again for ever.
func TestAnInvalidSinceClosesTheSocketWithAReason(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me := in.user("me")
	for _, query := range []string{"undefined", "-1", "", "1.5", "99999999999999999999", "1&since=2"} {
		in.open(bearer(in.token(me)), sockettest.Query("?since="+query)).
			WantEnd(4002, "since must be one integer of 0 or more: the seq of a notification")
	}
	in.open(sockettest.Query("?since=undefined")).WantEnd(4001, "Authorization header required")
	in.api.GET(t, "http://example.com/notifications?since=undefined", upgrade(), testkit.Cookie(auth.AccessCookie, in.token(me)),
		testkit.Header("Origin", "https://evil.example")).WantProblem(http.StatusForbidden, "cross_origin")
	eventually(t, "no slot is taken", func() bool { return in.s.Stats().Sockets == 0 })
}

func TestDatabaseFailureIsAnInternalError(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	token := testkit.As(in.token(in.user("me")))
	in.accounts.set(func(a *accounts) { a.activeErr = errors.New("the database is down") })
	in.api.GET(t, "/notifications", upgrade(), token).WantProblem(http.StatusInternalServerError, "internal")
	in.accounts.set(func(a *accounts) { a.activeErr = nil })
	in.write(func(tx *gorm.DB) error { return tx.Exec("DROP TABLE notification_states").Error })
	in.api.GET(t, "/notifications", upgrade(), token).WantProblem(http.StatusInternalServerError, "internal")
	if got := in.s.Stats(); got.Sockets != 0 || got.Users != 0 {
		t.Errorf("slots are still taken: %+v", got)
	}
}

// noHijack is a response whose connection cannot be hijacked, so the upgrade fails.
type noHijack struct{ http.ResponseWriter }

func (noHijack) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, net.ErrClosed }

func TestFailedUpgradeReleasesTheSlot(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	for _, token := range []string{in.token(in.user("me")), "garbage"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/notifications", http.NoBody)
		upgrade()(r)
		testkit.As(token)(r)
		in.api.Handler().ServeHTTP(noHijack{httptest.NewRecorder()}, r)
		eventually(t, "no slot is taken", func() bool { s := in.s.Stats(); return s.Sockets == 0 && s.Users == 0 })
		r = r.Clone(t.Context())
		in.api.Handler().ServeHTTP(httptest.NewRecorder(), r) // has no Hijack, which makes gin panic
		eventually(t, "no slot is taken", func() bool { s := in.s.Stats(); return s.Sockets == 0 && s.Users == 0 })
	}
}

func TestSocketsBeyondTheLimitOfTheProcessAreRefused(t *testing.T) {
	t.Parallel()
	in := newInstance(t, func(d *notify.Deps) { d.MaxSockets = 2 })
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	first, _ := in.connect(me), in.connect(cat)
	conn, res, err := in.dial(bearer(in.token(dog)))
	if err == nil {
		_ = conn.Close()
		t.Fatal("a third socket was accepted")
	}
	if res.Status != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("the third got %+v, want 503 with Retry-After", res)
	}
	in.api.GET(t, "/notifications", upgrade(), testkit.As(in.token(dog))).WantProblem(http.StatusServiceUnavailable, "busy")
	in.api.GET(t, "/notifications/inbox", testkit.As(in.token(dog))).Want(http.StatusOK)
	_ = first.Conn.Close()
	eventually(t, "a slot is free", func() bool { return in.s.Stats().Sockets == 1 })
	c := in.connect(dog)
	in.send(follow(dog, cat))
	c.WantSeqs(1, 1)
}

func TestShutdownRefusesSocketsAndStoresNotifications(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	c := in.connect(me)
	if err := in.s.Shutdown(t.Context()); err != nil {
		t.Fatalf("Shutdown: %v", err)
	}
	c.WantEnd(websocket.CloseServiceRestart, "Service restart")
	in.api.GET(t, "/notifications", upgrade(), testkit.As(in.token(me))).WantProblem(http.StatusServiceUnavailable, "unavailable")
	in.send(follow(me, cat))
	in.wantState(me, 1, 1)
}
