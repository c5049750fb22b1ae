package access_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// limited returns the program with the default rates, after set has changed some.
func limited(t *testing.T, set func(*config.Limits)) *app.App {
	t.Helper()
	c := apptest.Config(t)
	c.Limits.Enabled = true
	set(&c.Limits)
	return apptest.With(t, c)
}

// anonymousWrites need no account. The text in %d differs with each request.
var anonymousWrites = []struct{ name, path, contentType, body string }{
	{"sign up", "/users", apptest.JSON, `{"username":"member %d","password":"wrong horse","age":30,"gender":"male"}`},
	{"join", "/join", apptest.Form, "username=join+%d&password=wrong+horse&age=30&gender=male"},
	{"sign in", "/users/login", apptest.JSON, `{"username":"nobody %d","password":"wrong horse"}`},
	{"sign in on a page", "/signin", apptest.Form, "username=nobody+%d&password=wrong+horse"},
	{"refresh", "/users/refresh", apptest.JSON, `{"refresh_token":"%d"}`},
	{"sign out", "/users/logout", apptest.JSON, `{"refresh_token":"%d"}`},
	{"set preferences", "/preferences", apptest.Form, "lang=ko&to=/%d"},
}

// allowed sends as many requests, each from the address of its number, and returns how many were not refused as too many.
func allowed(t *testing.T, a *app.App, path, contentType, body string, requests int, address func(k int) string) (n int) {
	t.Helper()
	for k := range requests {
		res := sendFrom(t.Context(), a, address(k), http.MethodPost, path, contentType, fmt.Sprintf(body, k), "")
		if res.Code != http.StatusTooManyRequests {
			n++
		} else if res.Header().Get("Retry-After") == "" {
			t.Error("a 429 has no Retry-After")
		}
	}
	return n
}

func TestAnonymousWritesAreLimitedByAddressAndNetwork(t *testing.T) {
	t.Parallel()
	for _, one := range anonymousWrites {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			a := limited(t, func(l *config.Limits) {
				four := limit.Rate{Count: 4, Per: time.Hour}
				l.Write, l.Signup, l.LoginAddress, l.Network = four, four, four, 2
			})
			for _, from := range []struct {
				name    string
				address func(k int) string
				want    int
			}{
				{"one /64", func(k int) string { return fmt.Sprintf("[2001:db8:1:1::%x]:1", k+1) }, 4},
				{"the other /64s of its /48", func(k int) string { return fmt.Sprintf("[2001:db8:1:%x::1]:1", k+2) }, 4},
				{"another /48", func(k int) string { return fmt.Sprintf("[2001:db8:2:%x::1]:1", k) }, 8},
				{"an IPv4 address", func(int) string { return "198.51.100.1:1" }, 4},
				{"the same one as IPv6", func(int) string { return "[::ffff:198.51.100.1]:1" }, 0},
				{"the same one by 6to4", func(k int) string { return fmt.Sprintf("[2002:c633:6401:%x::1]:1", k) }, 0},
				{"its neighbours", func(k int) string { return fmt.Sprintf("198.51.100.%d:1", 2+k) }, 12},
			} {
				if got := allowed(t, a, one.path, one.contentType, one.body, 12, from.address); got != from.want {
					t.Errorf("from %s %d of 12 requests were allowed, want %d", from.name, got, from.want)
				}
			}
		})
	}
}

func TestSignUpsAreLimitedInAll(t *testing.T) {
	t.Parallel()
	a := limited(t, func(l *config.Limits) { l.SignupTotal = limit.Rate{Count: 5, Per: time.Hour} })
	for path, one := range map[string][2]string{
		"/users": {anonymousWrites[0].contentType, anonymousWrites[0].body},
		"/join":  {anonymousWrites[1].contentType, anonymousWrites[1].body},
	} {
		allowed(t, a, path, one[0], one[1], 10, func(k int) string { return fmt.Sprintf("203.0.113.%d:1", k) })
	}
	users, _, err := a.Users.Search(t.Context(), auth.Viewer{}, user.Filter{}, page.Page{Limit: page.MaxLimit})
	if err != nil || len(users) != 5 {
		t.Errorf("%d accounts were made (%v), want 5", len(users), err)
	}
}

// With the default rates, one /48 neither fills the database nor guesses at every account, and others notice nothing.
func TestOneNetworkCannotFloodWithTheDefaultRates(t *testing.T) {
	t.Parallel()
	a := limited(t, func(*config.Limits) {})
	from := func(k int) string { return fmt.Sprintf("[2001:db8:1:%x::1]:1", k) }
	for _, one := range anonymousWrites[:4] {
		begin := time.Now()
		got := allowed(t, a, one.path, one.contentType, one.body, 500, from)
		if most := 240 + int(4*time.Since(begin).Seconds()) + 1; got > most {
			t.Errorf("%s: %d of 500 requests of one /48 were allowed, want at most %d", one.name, got, most)
		}
		if got := allowed(t, a, one.path, one.contentType, one.body, 20, func(int) string { return "192.0.2.7:1" }); got != 20 {
			t.Errorf("%s: %d of 20 requests of another address were allowed", one.name, got)
		}
	}
}

var (
	policyForm = regexp.MustCompile(`^"(read|write|signup|login|upload|socket)";q=\d+;w=\d+$`)
	quotaForm  = regexp.MustCompile(`^"(read|write|signup|login|upload|socket)";r=(\d+);t=(\d+)$`)
)

// Every limited route, of the API and of the pages, says what is left: also when it refuses.
func TestLimitedRoutesSayWhatIsLeft(t *testing.T) {
	t.Parallel()
	rate := limit.Rate{Count: 1, Per: time.Minute, Burst: 2}
	a := limited(t, func(l *config.Limits) {
		l.Read, l.Write, l.Signup, l.LoginAddress, l.Upload, l.Socket = rate, rate, rate, rate, rate, rate
	})
	type route struct{ method, path string }
	routes := []route{}
	for _, r := range a.Router.Routes() {
		if r.Op.Class != auth.ClassNone {
			routes = append(routes, route{r.Method, r.Path})
		}
	}
	for _, r := range a.Site.List() {
		routes = append(routes, route{r.Method, r.Path})
	}
	for i, r := range routes {
		address := fmt.Sprintf("198.18.%d.%d:1", i/250, i%250)
		for k, remaining := range []string{"1", "0", "0"} {
			res := sendFrom(t.Context(), a, address, r.method, r.path, "", "", "")
			policy, quota := res.Header().Get("RateLimit-Policy"), quotaForm.FindStringSubmatch(res.Header().Get("RateLimit"))
			if !policyForm.MatchString(policy) || quota == nil || quota[2] != remaining {
				t.Errorf("%s %s, request %d: %q, %q; want %s left", r.method, r.path, k+1, policy, res.Header().Get("RateLimit"), remaining)
				continue
			}
			seconds, err := strconv.Atoi(quota[3])
			if err != nil || seconds < 1 || seconds > 60 {
				t.Errorf("%s %s: more after %s s", r.method, r.path, quota[3])
			}
			if after := res.Header().Get("Retry-After"); k == 2 && (res.Code != http.StatusTooManyRequests || after != quota[3]) {
				t.Errorf("%s %s: status %d with Retry-After %q, want 429 with %s", r.method, r.path, res.Code, after, quota[3])
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/version"} {
		if got := sendFrom(t.Context(), a, "192.0.2.1:1", http.MethodGet, path, "", "", "").Header().Get("RateLimit"); got != "" {
			t.Errorf("%s, which is not limited, has RateLimit %s", path, got)
		}
	}
}

func TestWithoutLimitsThereAreNoHeadersAboutThem(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	h := sendFrom(t.Context(), a, "192.0.2.1:1", http.MethodGet, "/movies", "", "", "").Header()
	if h.Get("RateLimit") != "" || h.Get("RateLimit-Policy") != "" {
		t.Errorf("headers %v", h)
	}
}

func TestTheDocumentDescribesTheHeadersOfLimits(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	type response struct {
		Ref     string         `json:"$ref"`
		Headers map[string]any `json:"headers"`
	}
	var document struct {
		Paths map[string]map[string]struct {
			Responses map[string]response `json:"responses"`
		} `json:"paths"`
		Components struct {
			Responses map[string]response `json:"responses"`
		} `json:"components"`
	}
	res := sendFrom(t.Context(), a, "192.0.2.1:1", http.MethodGet, "/openapi.json", "", "", "")
	if err := json.Unmarshal(res.Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range a.Router.Routes() {
		operation, ok := document.Paths[regexp.MustCompile(`[:*](\w+)`).ReplaceAllString(r.Path, "{$1}")][strings.ToLower(r.Method)]
		if !ok {
			t.Errorf("%s %s is not in the document", r.Method, r.Path)
			continue
		}
		one, refused := operation.Responses["429"] // the introduction says that all others have the same headers
		if limited := r.Op.Class != auth.ClassNone; refused != limited {
			t.Errorf("%s %s: 429 is described: %t", r.Method, r.Path, refused)
		}
		if !refused {
			continue
		}
		if name, shared := strings.CutPrefix(one.Ref, "#/components/responses/"); shared {
			one = document.Components.Responses[name]
		}
		checked++
		for _, name := range []string{"RateLimit", "RateLimit-Policy"} {
			if _, described := one.Headers[name]; !described {
				t.Errorf("%s %s: header %s is not described", r.Method, r.Path, name)
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d responses were checked", checked)
	}
}
