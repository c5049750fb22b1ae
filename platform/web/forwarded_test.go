package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

// TestForwardedAddressesAreReadAsProxiesWriteThem sends X-Forwarded-For from 10.0.0.1, which is trusted like 10.0.0.2 and fd00::2.
func TestForwardedAddressesAreReadAsProxiesWriteThem(t *testing.T) {
	t.Parallel()
	trusted := origin(t, "", []string{"10.0.0.0/24", "fd00::/64"}, nil)
	for _, c := range []struct {
		remote    string
		forwarded []string // one entry for each header
		want      string
	}{
		{"10.0.0.1:80", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"2001:db8::1"}, "2001:db8::1"},
		{"10.0.0.1:80", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"10.0.0.1:80", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		{"10.0.0.1:80", []string{"[2001:DB8:0:0::1]:4711"}, "2001:db8::1"},
		{"10.0.0.1:80", []string{"2001:db8::1%eth0"}, "2001:db8::1"},
		{"10.0.0.1:80", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"[::ffff:203.0.113.9]:4711"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"198.51.100.7, 203.0.113.9:4711"}, "203.0.113.9"}, // the first may be forged
		{"10.0.0.1:80", []string{"198.51.100.7", "203.0.113.9:4711"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"203.0.113.9:1, 10.0.0.2:2, [fd00::2]:3"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"}, // all are trusted
		{"10.0.0.1:80", []string{" 203.0.113.9 ,, "}, "203.0.113.9"},
		{"[::ffff:10.0.0.1]:80", []string{"203.0.113.9"}, "203.0.113.9"},
		// What cannot be read is replaced by the address of the proxy that wrote it.
		{"10.0.0.1:80", []string{"unknown"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"_hidden, 10.0.0.2"}, "10.0.0.2"},
		{"10.0.0.1:80", []string{"203.0.113.9:99999"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"203.0.113.9:"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"[2001:db8::1"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"[2001:db8::1]4711"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"for=203.0.113.9"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{""}, "10.0.0.1"},
		{"10.0.0.1:80", nil, "10.0.0.1"},
		{"10.0.9.1:80", []string{"203.0.113.9"}, "10.0.9.1"}, // it is not trusted
	} {
		for _, others := range []string{"", "X-Real-Ip", "Forwarded", "Cf-Connecting-Ip", "True-Client-Ip", "X-Client-Ip", "X-Appengine-Remote-Addr"} {
			r := request("GET")
			r.RemoteAddr = c.remote
			r.Header["X-Forwarded-For"] = c.forwarded
			if others != "" {
				r.Header.Set(others, "198.51.100.1")
			}
			var seen string
			engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: trusted})
			engine.GET("/", func(c *gin.Context) { seen = web.ClientIP(c) })
			engine.ServeHTTP(httptest.NewRecorder(), r)
			if seen != c.want {
				t.Errorf("%s with %q and %s is %q, want %q", c.remote, c.forwarded, others, seen, c.want)
			}
		}
	}
}

func TestTheFirstProxySaysWhetherTheClientUsesTLS(t *testing.T) {
	t.Parallel()
	o := origin(t, "", []string{"10.0.0.1"}, nil)
	for proto, want := range map[string]bool{
		"https": true, "HTTPS": true, "Https": true, "https, http": true, "https,http": true, " https ,http": true, "wss": true,
		"http": false, "http, https": false, "": false, "httpsx": false, ",https": false,
	} {
		r := request("GET", "X-Forwarded-Proto", proto)
		r.RemoteAddr = "10.0.0.1:80"
		if got := o.HTTPS(r); got != want {
			t.Errorf("%q: %v, want %v", proto, got, want)
		}
	}
}

func TestDefaultPortsAreEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host, origin string
		foreign      bool
	}{
		{"film.example:443", "https://film.example", false},
		{"film.example:80", "http://film.example", false},
		{"film.example", "https://film.example:443", false},
		{"film.example:443", "https://film.example:443", false},
		{"film.example:", "https://film.example", false},
		{"Film.Example:443", "https://film.example", false},
		{"[::1]:443", "https://[::1]", false},
		{"[::1]", "http://[::1]:80", false},
		{"film.example:8443", "https://film.example:8443", false},
		{"film.example:80", "https://film.example", true},
		{"film.example:443", "http://film.example", true},
		{"film.example", "https://film.example:8443", true},
		{"film.example:8443", "https://film.example", true},
		{"film.example:443", "https://evil.example", true},
		{"film.example:443", "https://film.example:443.evil.example", true},
		{"film.example", "capacitor://film.example", true}, // a program of somebody else
		{"localhost", "capacitor://localhost", true},
	} {
		r := request("POST", "Origin", c.origin)
		r.Host = c.host
		if got := origin(t, "", nil, nil).Foreign(r); got != c.foreign {
			t.Errorf("%s at %s is foreign: %v, want %v", c.origin, c.host, got, c.foreign)
		}
		r.Header.Set("Sec-Fetch-Site", "same-origin") // the browser knows better
		if origin(t, "", nil, nil).Foreign(r) && !c.foreign {
			t.Errorf("%s at %s is foreign though the browser says same-origin", c.origin, c.host)
		}
	}
}

// TestConfiguredOriginsMatchInEverySpelling configures origins as people write them.
func TestConfiguredOriginsMatchInEverySpelling(t *testing.T) {
	t.Parallel()
	o := origin(t, "https://영화.example", nil, []string{"capacitor://localhost", "http://[0:0:0:0:0:0:0:1]:03000", "https://App.example:443"})
	for from, foreign := range map[string]bool{
		"https://xn--vj5bo21a.example": false, "capacitor://localhost": false, "http://[::1]:3000": false, "https://app.example": false,
		"capacitor://localhosts": true, "ionic://localhost": true, "http://[::1]": true, "http://app.example": true, "http://xn--vj5bo21a.example": true,
	} {
		if got := o.Foreign(request("POST", "Origin", from)); got != foreign {
			t.Errorf("%s is foreign: %v, want %v", from, got, foreign)
		}
	}
}

func TestCustomSchemesGetCORS(t *testing.T) {
	t.Parallel()
	engine := web.NewEngine(web.Options{
		Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, []string{"capacitor://localhost", "tauri://localhost"}),
	})
	engine.POST("/x", func(c *gin.Context) { c.Status(http.StatusNoContent) })
	for from, want := range map[string]string{
		"capacitor://localhost": "capacitor://localhost", "tauri://localhost": "tauri://localhost", "ionic://localhost": "", "http://localhost": "",
	} {
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, requestTo("POST", "/x", "Origin", from))
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: %q, want %q", from, got, want)
		}
	}
}

// TestARefusedOriginIsLoggedWithItsCure refuses a request as the guard and the pages do.
func TestARefusedOriginIsLoggedWithItsCure(t *testing.T) {
	t.Parallel()
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelWarn} {
		var log bytes.Buffer
		engine := web.NewEngine(web.Options{
			Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})), Origin: origin(t, "", nil, nil),
		})
		engine.POST("/x", web.Handle(func(*gin.Context) error { return web.ErrCrossOrigin }))
		r := requestTo("POST", "/x", "Origin", "http://film.example:8080", "Sec-Fetch-Site", "cross-site")
		r.Host = "film.example"
		engine.ServeHTTP(httptest.NewRecorder(), r)
		for _, part := range []string{"level=WARN", "origin=http://film.example:8080", "host=film.example", "server.public_url"} {
			if !strings.Contains(log.String(), part) {
				t.Errorf("%q is missing in %s", part, log.String())
			}
		}
		log.Reset()
		r.Header.Set("Origin", strings.Repeat("a", 10<<10))
		engine.ServeHTTP(httptest.NewRecorder(), r)
		if log.Len() > 2<<10 {
			t.Errorf("a long origin makes a line of %d bytes", log.Len())
		}
	}
}
