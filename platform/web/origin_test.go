package web_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

func origin(t *testing.T, public string, proxies, allowed []string) *web.Origin {
	t.Helper()
	o, err := web.NewOrigin(public, proxies, allowed)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func request(method string, header ...string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), method, "http://example.com/", http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestOnlyATrustedProxyMayForwardHTTPS(t *testing.T) {
	t.Parallel()
	forwarded := request("GET", "X-Forwarded-Proto", "https")
	forwarded.RemoteAddr = "10.1.2.3:4000"
	direct := request("GET")
	direct.TLS = &tls.ConnectionState{}
	for _, c := range []struct {
		name   string
		origin *web.Origin
		r      *http.Request
		want   bool
	}{
		{"no trusted proxy", origin(t, "", nil, nil), forwarded, false},
		{"another trusted proxy", origin(t, "", []string{"10.9.9.9"}, nil), forwarded, false},
		{"its network is trusted", origin(t, "", []string{"10.0.0.0/8"}, nil), forwarded, true},
		{"public URL with https", origin(t, "https://films.example", nil, nil), request("GET"), true},
		{"direct TLS", origin(t, "", nil, nil), direct, true},
		{"public URL with http", origin(t, "http://films.example", nil, nil), request("GET"), false},
	} {
		if got := c.origin.HTTPS(c.r); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestClientAddressesCannotBeForged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		proxies []string
		want    string
	}{{nil, "192.0.2.1"}, {[]string{"192.0.2.0/24"}, "203.0.113.9"}} {
		var seen string
		engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", c.proxies, nil)})
		engine.GET("/", func(c *gin.Context) { seen = c.ClientIP() })
		r := request("GET", "X-Forwarded-For", "203.0.113.9")
		r.RemoteAddr = "192.0.2.1:1234"
		engine.ServeHTTP(httptest.NewRecorder(), r)
		if seen != c.want {
			t.Errorf("with the proxies %v the client is %s", c.proxies, seen)
		}
	}
}

func TestAllowedOriginsGetCORSWithCredentials(t *testing.T) {
	t.Parallel()
	engine := web.NewEngine(web.Options{
		Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, []string{"https://app.example"}),
	})
	engine.POST("/x", func(c *gin.Context) { c.Status(http.StatusNoContent) })
	preflight := httptest.NewRecorder()
	engine.ServeHTTP(preflight, requestTo("OPTIONS", "/x", "Origin", "https://app.example", "Access-Control-Request-Method", "POST"))
	h := preflight.Header()
	if preflight.Code != 204 || h.Get("Access-Control-Allow-Origin") != "https://app.example" ||
		h.Get("Access-Control-Allow-Credentials") != "true" || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %d %v", preflight.Code, h)
	}
	for _, from := range []string{"https://evil.example", "https://app.example.evil.example", "null", "http://app.example"} {
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, requestTo("POST", "/x", "Origin", from))
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s was allowed as %s", from, got)
		}
	}
}

func requestTo(method, path string, header ...string) *http.Request {
	r := request(method, header...)
	r.URL.Path = path
	return r
}

func TestForeignOriginsAreRecognised(t *testing.T) {
	t.Parallel()
	o := origin(t, "https://films.example", nil, []string{"https://app.example"})
	for _, c := range []struct {
		origin  string
		foreign bool
	}{
		{"", false},
		{"https://example.com", false}, // the Host of the request
		{"https://films.example", false},
		{"https://app.example", false},
		{"https://evil.example", true},
		{"null", true},
		{"file://", true},
		{"https://app.example:444", true},
		{"http://films.example", true},
		{"https://films.example.", true},
		{"http://example.com", true}, // by the Host, but not by the scheme
	} {
		r := request("GET")
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if got := o.Foreign(r); got != c.foreign {
			t.Errorf("%q is foreign: %v", c.origin, got)
		}
	}
}

func TestInvalidOriginsAndProxiesAreRejected(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"", "not-an-address", ""}, {"", "", "app.example"}, {"", "10.0.0.0/99", ""}} {
		var proxies, origins []string
		if c[1] != "" {
			proxies = []string{c[1]}
		}
		if c[2] != "" {
			origins = []string{c[2]}
		}
		if _, err := web.NewOrigin(c[0], proxies, origins); err == nil {
			t.Errorf("%v was accepted", c)
		}
	}
}

func TestRequestsWithoutASlotAreBusy(t *testing.T) {
	t.Parallel()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil), MaxInFlight: 2})
	release, entered := make(chan struct{}), make(chan struct{}, 2)
	engine.GET("/slow", func(c *gin.Context) {
		entered <- struct{}{}
		<-release
		c.Status(http.StatusOK)
	})
	engine.GET("/quick", func(c *gin.Context) { c.Status(http.StatusOK) })
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { engine.ServeHTTP(httptest.NewRecorder(), requestTo("GET", "/slow")) })
		<-entered
	}
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, requestTo("GET", "/slow"))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
		t.Errorf("the third got %d %v", w.Code, w.Header())
	}
	close(release)
	wg.Wait()
	for range 5 { // every slot was released
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, requestTo("GET", "/quick"))
		if w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	}
}

// TestEveryResponseOverHTTPSHasHSTS includes errors and paths without a route; over http there is no such header.
func TestEveryResponseOverHTTPSHasHSTS(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{"https://films.example": "max-age=31536000", "http://films.example": "", "": ""} {
		engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, public, nil, []string{"https://app.example"})})
		engine.GET("/here", web.Handle(web.NoContent))
		engine.GET("/refused", web.Handle(func(*gin.Context) error { return web.ErrInternal }))
		engine.GET("/panics", func(*gin.Context) { panic("planted") })
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "TRACE"} {
			for _, path := range []string{"/here", "/refused", "/panics", "/nowhere"} {
				r := request(method, "Origin", "https://app.example")
				r.URL.Path = path
				w := httptest.NewRecorder()
				engine.ServeHTTP(w, r)
				if got := w.Header().Get("Strict-Transport-Security"); got != want {
					t.Errorf("%q: %s %s: status %d, %q", public, method, path, w.Code, got)
				}
			}
		}
	}
}
