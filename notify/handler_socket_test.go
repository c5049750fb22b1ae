package notify_test

import (
	"bufio"
	"errors"
	"io"
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
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// upgrade is the headers of a good handshake, for requests that are not to get that far.
func upgrade() testkit.Option {
	return func(r *http.Request) {
		r.Header.Set("Connection", "keep-alive, Upgrade")
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Sec-WebSocket-Version", "13")
		r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	}
}

func TestSocketsWithoutAGoodTokenAreClosedWithTheReason(t *testing.T) {
	t.Parallel()
	var log journal
	st := newStation(t, log.logTo)
	me, ghost := st.user("me"), st.user("ghost")
	st.people.set(func(p *people) { p.gone[ghost] = true; p.ended[777] = true })
	good := st.token(me)
	refresh, _, err := st.Tokens.Refresh(me, me*10, 1, st.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	carriers := map[string]func(token string) dialOption{
		"header":      func(token string) dialOption { return header("Authorization", "Bearer "+token) },
		"cookie":      func(token string) dialOption { return header("Cookie", auth.AccessCookie+"="+token) },
		"subprotocol": func(token string) dialOption { return protocols("bearer", token) },
	}
	for carrier, carry := range carriers {
		for token, reason := range map[string]string{
			"garbage": "Invalid token", refresh: "Invalid token",
			st.token(ghost): "User not found", st.tokenOf(me, 777): "Invalid token",
		} {
			t.Logf("%s by %s", reason, carrier)
			st.open(carry(token), since(0)).wantEnd(4001, reason)
		}
	}
	for name, o := range map[string]dialOption{
		"nothing":            since(0),
		"another protocol":   protocols("graphql-ws", good),
		"a protocol alone":   protocols("bearer"),
		"an empty cookie":    header("Cookie", auth.AccessCookie+"="),
		"the refresh cookie": header("Cookie", auth.RefreshCookie+"="+refresh),
	} {
		t.Log(name)
		st.open(o).wantEnd(4001, "Authorization header required")
	}
	for _, value := range []string{"Basic bWU6c2VjcmV0", good, "Bearer", "Bearer "} {
		// A header that is no bearer token is not made up for by a cookie.
		st.open(header("Authorization", value), header("Cookie", auth.AccessCookie+"="+good)).wantEnd(4001, "Invalid token")
	}
	eventually(t, "the refused give their places back", func() bool { return st.s.Stats().Sockets == 0 })
	if n := log.count("level="); n > 0 {
		t.Errorf("refusing is nothing to log: %s", &log)
	}
}

func TestAnExpiredTokenIsRefused(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	token := st.token(st.user("me"))
	st.Clock.Advance(31 * time.Minute)
	st.open(header("Authorization", "Bearer "+token)).wantEnd(4001, "Invalid token")
}

func TestEveryCarrierOfATokenWorks(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	token := st.token(me)
	clients := map[string]*client{
		"header":      st.open(header("Authorization", "bearer "+token)),
		"cookie":      st.open(header("Cookie", auth.AccessCookie+"="+token)),
		"subprotocol": st.open(protocols("bearer", token)),
	}
	st.send(follow(me, cat))
	for name, c := range clients {
		t.Log(name)
		c.wantSeqs(1, 1)
	}
	for name, want := range map[string]string{"header": "", "cookie": "", "subprotocol": "bearer"} {
		if got := clients[name].conn.Subprotocol(); got != want {
			t.Errorf("%s: the chosen subprotocol is %q, want %q", name, got, want)
		}
	}
}

func TestOnlyTheIDOfTheRequestGoesIntoTheUpgrade(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	conn, res, err := st.dial(header("Authorization", "Bearer "+st.token(st.user("me"))), header("X-Request-ID", "abc"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, name := range []string{"Upgrade", "Connection", "Sec-Websocket-Accept"} {
		res.header.Del(name)
	}
	if diff := cmp.Diff(http.Header{"X-Request-Id": {"abc"}}, res.header); diff != "" {
		t.Errorf("further headers (-want +got):\n%s", diff)
	}
}

func TestACookieFromAForeignOriginIsRefused(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	edge, err := web.NewEdge("https://cine.example", nil, []string{"https://app.example"})
	if err != nil {
		t.Fatal(err)
	}
	st.Edge = edge
	st = st.instance(t, nil)
	me := st.user("me")
	cookie := header("Cookie", auth.AccessCookie+"="+st.token(me))
	host := strings.TrimPrefix(st.server.URL, "http://")
	for origin, allowed := range map[string]bool{
		"":                            true, // no browser
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
		options := []dialOption{cookie}
		if origin != "" {
			options = append(options, header("Origin", origin))
		}
		conn, res, err := st.dial(options...)
		if allowed != (err == nil) || !allowed && res.status != http.StatusForbidden {
			t.Errorf("cookie from %q: %v %v; want allowed=%v", origin, res, err, allowed)
		}
		if err == nil {
			_ = conn.Close()
		}
		// A page cannot get at a token that is not its own, so who shows one may come from anywhere.
		options[0] = header("Authorization", "Bearer "+st.token(me))
		if conn, _, err = st.dial(options...); err != nil {
			t.Errorf("token from %q: %v", origin, err)
			continue
		}
		_ = conn.Close()
	}
}

func TestTheBrowsersWordOnTheSiteCounts(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	cookie := testkit.Cookie(auth.AccessCookie, st.token(st.user("me")))
	for _, site := range []string{"cross-site", "same-site"} {
		st.api.GET(t, "/notifications", upgrade(), cookie, testkit.Header("Sec-Fetch-Site", site)).
			WantProblem(http.StatusForbidden, "cross_origin")
	}
	bad := testkit.Cookie(auth.AccessCookie, "garbage")
	st.api.GET(t, "/notifications", upgrade(), bad, testkit.Header("Origin", "https://evil.example")).
		WantProblem(http.StatusForbidden, "cross_origin")
}

func TestWhatIsNoHandshakeIsRefused(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	as := testkit.As(st.token(st.user("me")))
	drop := func(name string) testkit.Option { return func(r *http.Request) { r.Header.Del(name) } }
	for name, options := range map[string][]testkit.Option{
		"a plain request": {as},
		"no Connection":   {as, upgrade(), drop("Connection")},
		"no Upgrade":      {as, upgrade(), drop("Upgrade")},
		"another version": {as, upgrade(), testkit.Header("Sec-WebSocket-Version", "8")},
	} {
		t.Log(name)
		res := st.api.GET(t, "/notifications", options...).WantProblem(http.StatusUpgradeRequired, "upgrade_required")
		if res.Header.Get("Connection") != "Upgrade" || res.Header.Get("Upgrade") != "websocket" || res.Header.Get("Sec-WebSocket-Version") != "13" {
			t.Errorf("headers %v", res.Header)
		}
	}
	st.api.Do(t, http.MethodHead, "/notifications", as, upgrade()).Want(http.StatusUpgradeRequired)
	for _, key := range []string{"", "short", "dG9vIHNob3J0"} {
		st.api.GET(t, "/notifications", as, upgrade(), testkit.Header("Sec-WebSocket-Key", key)).
			WantProblem(http.StatusBadRequest, "malformed")
	}
	if got := st.s.Stats().Sockets; got != 0 {
		t.Errorf("%d places are taken", got)
	}
}

func TestABadQueryIsRefusedBeforeTheUpgrade(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	token := st.token(st.user("me"))
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
		st.api.GET(t, "/notifications?"+query, upgrade(), testkit.As(token)).WantField(want[0], want[1])
	}
}

func TestAFailureIsNoVerdictOnTheToken(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	token := testkit.As(st.token(st.user("me")))
	st.people.set(func(p *people) { p.broken = errors.New("the database is away") })
	st.api.GET(t, "/notifications", upgrade(), token).WantProblem(http.StatusInternalServerError, "internal")
	st.people.set(func(p *people) { p.broken = nil })
	st.write(func(tx *gorm.DB) error { return tx.Exec("DROP TABLE notification_states").Error })
	st.api.GET(t, "/notifications", upgrade(), token).WantProblem(http.StatusInternalServerError, "internal")
	if got := st.s.Stats(); got.Sockets != 0 || got.Users != 0 {
		t.Errorf("places are still taken: %+v", got)
	}
}

// unwilling is a response whose connection cannot be taken over, which shows after all was checked.
type unwilling struct{ http.ResponseWriter }

func (unwilling) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, net.ErrClosed }

func TestAFailedUpgradeGivesThePlaceBack(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	for _, token := range []string{st.token(st.user("me")), "garbage"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/notifications", http.NoBody)
		upgrade()(r)
		testkit.As(token)(r)
		st.api.Handler().ServeHTTP(unwilling{httptest.NewRecorder()}, r)
		eventually(t, "no place is taken", func() bool { s := st.s.Stats(); return s.Sockets == 0 && s.Users == 0 })
		r = r.Clone(t.Context())
		st.api.Handler().ServeHTTP(httptest.NewRecorder(), r) // no Hijacker at all, on which gin panics
		eventually(t, "no place is taken", func() bool { s := st.s.Stats(); return s.Sockets == 0 && s.Users == 0 })
	}
}

func TestTheProcessHasAPlaceForSoManySockets(t *testing.T) {
	t.Parallel()
	st := newStation(t, func(d *notify.Deps) { d.MaxSockets = 2 })
	me, cat, dog := st.user("me"), st.user("cat"), st.user("dog")
	first, _ := st.connect(me), st.connect(cat)
	conn, res, err := st.dial(header("Authorization", "Bearer "+st.token(dog)))
	if err == nil {
		_ = conn.Close()
		t.Fatal("a third socket was let in")
	}
	if res.status != http.StatusServiceUnavailable || res.header.Get("Retry-After") == "" {
		t.Errorf("the third got %+v", res)
	}
	st.api.GET(t, "/notifications", upgrade(), testkit.As(st.token(dog))).WantProblem(http.StatusServiceUnavailable, "busy")
	st.api.GET(t, "/notifications/inbox", testkit.As(st.token(dog))).Want(http.StatusOK)
	_ = first.conn.Close()
	eventually(t, "a place is free", func() bool { return st.s.Stats().Sockets == 1 })
	c := st.connect(dog)
	st.send(follow(dog, cat))
	c.wantSeqs(1, 1)
}

func TestTheOldestSocketMakesRoomForOneTooMany(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	var mine []*client
	for range 10 {
		mine = append(mine, st.connect(me))
	}
	cats := st.connect(cat)
	eleventh := st.connect(me)
	mine[0].wantEnd(4009, "Too many sockets")
	st.send(follow(me, cat), follow(cat, me))
	for _, c := range append(mine[1:], eleventh) {
		c.wantSeqs(1, 1)
	}
	cats.wantSeqs(1, 1)
}

// raw speaks to the server below WebSocket, after a good handshake.
func (st *station) raw(token string) (net.Conn, *bufio.Reader) {
	st.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(st.server.URL, "http://"))
	if err != nil {
		st.t.Fatal(err)
	}
	st.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET /notifications HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "+token+"\r\n\r\n")
	if err != nil {
		st.t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		st.t.Fatalf("handshake: %v", err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusSwitchingProtocols {
		st.t.Fatalf("handshake: %s", res.Status)
	}
	return conn, r
}

func TestAnUnmaskedFrameEndsTheSocket(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	conn, r := st.raw(st.token(st.user("me")))
	if _, err := conn.Write([]byte{0x81, 0x02, 'h', 'i'}); err != nil {
		t.Fatal(err)
	}
	if head, err := r.Peek(4); err != nil || head[0] != 0x88 || int(head[2])<<8+int(head[3]) != websocket.CloseProtocolError {
		t.Errorf("answer % x, %v; want a close frame with 1002", head, err)
	}
	eventually(t, "the socket is gone", func() bool { return st.s.Stats().Sockets == 0 })
}
