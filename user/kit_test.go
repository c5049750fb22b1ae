package user_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

const (
	password = "correct horse battery"
	refresh7 = 7 * 24 * time.Hour
	grace    = 10 * time.Second
)

// kit is the service with its own router and platform.
type kit struct {
	*testkit.Kit
	api   *testkit.API
	users *user.Service
	ended *endings

	registration user.Registration
	mail         *mail.Outbox // nil: none is sent
	newFor       time.Duration
}

// newKit returns a kit. Each shape changes the platform before the service is created.
func newKit(t *testing.T, shape ...func(*testkit.Kit)) *kit {
	t.Helper()
	k := &kit{Kit: testkit.New(t), ended: &endings{}}
	for _, f := range shape {
		f(k.Kit)
	}
	k.start(t)
	return k
}

// newKitWith returns a kit. shape changes it before the service is created.
func newKitWith(t *testing.T, shape func(*kit)) *kit {
	t.Helper()
	k := &kit{Kit: testkit.New(t), ended: &endings{}}
	shape(k)
	k.start(t)
	return k
}

// again returns the kit with a new service, as after a restart.
func (k *kit) again(t *testing.T) *kit {
	t.Helper()
	next := &kit{Kit: k.Kit, ended: &endings{}}
	next.start(t)
	return next
}

func (k *kit) start(t *testing.T) {
	t.Helper()
	k.users = user.New(user.Deps{
		DB: k.DB, Hasher: k.Hasher, Tokens: k.Tokens, Pictures: k.Pictures, Media: k.Media, Origin: k.Origin, Clock: k.Clock.Now, Log: k.Log,
		Throttle:     limit.NewThrottle(k.Limiter, limit.Rate{Count: 5, Per: time.Minute}, limit.Rate{Count: 100, Per: time.Minute}, limit.Rate{Count: 1000, Per: time.Minute}),
		RefreshGrace: grace, Registration: k.registration, Zone: k.Zone, NewFor: k.newFor, Mail: k.mail,
	})
	k.users.OnSessionsEnded(k.ended.note)
	k.api = k.API(k.users)
	k.api.Guard.AcceptPersonalTokens(k.users)
	k.users.Routes(k.api.Router, k.Zone)
}

// endings records the calls of the OnSessionsEnded hook.
type endings struct {
	mu  sync.Mutex
	all []ending // guarded by mu
}

type ending struct {
	UserID   int64
	Sessions []int64
}

func (e *endings) note(userID int64, sessions []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ending{userID, sessions})
}

// take returns the calls since the last take.
func (e *endings) take() []ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := slices.Clone(e.all)
	e.all = nil
	return all
}

// signUp adds an account with the password of the tests.
func (k *kit) signUp(t *testing.T, name string) int64 {
	t.Helper()
	return k.api.POST(t, "/users", testkit.JSON(signUpBody(name))).Want(http.StatusCreated).ID()
}

func signUpBody(name string) map[string]any {
	return map[string]any{"username": name, "password": password, "age": 27, "gender": "female"}
}

// tokens is the response to a login.
type tokens struct {
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	Type      string `json:"token_type"`
	ExpiresIn int64  `json:"expires_in"`
}

func (k *kit) tryLogin(t *testing.T, name, password string, more ...testkit.Option) *testkit.Response {
	t.Helper()
	body := testkit.JSON(map[string]any{"username": name, "password": password})
	return k.api.POST(t, "/users/login", append([]testkit.Option{body}, more...)...)
}

func (k *kit) login(t *testing.T, name string) tokens {
	t.Helper()
	return tokensOf(k.tryLogin(t, name, password).Want(http.StatusOK))
}

func tokensOf(r *testkit.Response) tokens {
	var out tokens
	r.Decode(&out)
	return out
}

// member adds an account and logs it in.
func (k *kit) member(t *testing.T, name string) (int64, tokens) {
	t.Helper()
	id := k.signUp(t, name)
	return id, k.login(t, name)
}

// admin is member with the role of an admin.
func (k *kit) admin(t *testing.T, name string) (int64, tokens) {
	t.Helper()
	id, in := k.member(t, name)
	if err := k.users.Grant(t.Context(), name); err != nil {
		t.Fatalf("grant: %v", err)
	}
	return id, in
}

func (k *kit) refresh(t *testing.T, token string) *testkit.Response {
	t.Helper()
	return k.api.POST(t, "/users/refresh", testkit.JSON(map[string]any{"refresh_token": token}))
}

func (k *kit) me(t *testing.T, access string) *testkit.Response {
	t.Helper()
	return k.api.GET(t, "/users/me", testkit.As(access))
}

// sessionID returns the session of an access token.
func (k *kit) sessionID(t *testing.T, access string) int64 {
	t.Helper()
	a, err := k.Tokens.ParseAccess(access)
	if err != nil {
		t.Fatalf("parse access token: %v", err)
	}
	return a.SessionID
}

// stored reads an account from the database.
func (k *kit) stored(t *testing.T, id int64) user.User {
	t.Helper()
	u, err := k.users.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("load user %d: %v", id, err)
	}
	return u
}

// sessions returns the number of stored sessions of an account.
func (k *kit) sessions(t *testing.T, userID int64) int64 {
	t.Helper()
	var n int64
	if err := k.DB.Reader(t.Context()).Model(&user.Session{}).Where("user_id = ?", userID).Count(&n).Error; err != nil {
		t.Fatalf("count sessions: %v", err)
	}
	return n
}

// limited gives the service a limiter that counts.
func limited(k *testkit.Kit) { k.Limiter = limit.NewMemory(k.Clock.Now) }

func cookiesOf(r *testkit.Response) map[string]*http.Cookie {
	out := map[string]*http.Cookie{}
	for _, c := range (&http.Response{Header: r.Header}).Cookies() {
		out[c.Name] = c
	}
	return out
}

func wantNoCookies(t *testing.T, r *testkit.Response) {
	t.Helper()
	if got := r.Header.Values("Set-Cookie"); len(got) > 0 {
		t.Errorf("unexpected cookies: %q", got)
	}
}

func wantCleared(t *testing.T, r *testkit.Response) {
	t.Helper()
	for _, name := range []string{auth.AccessCookie, auth.RefreshCookie} {
		if c := cookiesOf(r)[name]; c == nil || c.MaxAge >= 0 || c.Value != "" {
			t.Errorf("cookie %s is not cleared: %v", name, c)
		}
	}
}

// picture returns a small PNG.
func testImage(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 98, 100))
	img.Set(3, 3, color.RGBA{R: 200, A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatalf("encode PNG: %v", err)
	}
	return b.Bytes()
}

// atOnce runs fn n times concurrently and returns the results.
func atOnce[T any](n int, fn func(i int) T) []T {
	out := make([]T, n)
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			out[i] = fn(i)
		})
	}
	done.Wait()
	return out
}
