package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

func TestAcceptEncodingIsReadAccordingToTheStandard(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, "identity": false, "br, deflate": false, "notgzip": false, "gzip": true, "x-gzip": true, "br,gzip": true,
		"GZIP;q=0.5": true, "gzip;q=1.0": true, "gzip; q=0.001": true, "deflate, gzip;q=1.0, *;q=0.5": true, "*": true, "br;q=1.0, *;q=0.1": true,
		"gzip;q=0, *": false, "*, gzip; q=0.000": false, "*;q=0": false, "gzip;q=many": false, "gzip;q=NaN": false, "gzip;q=2": false,
		"identity, gzip;q=0.5": false, "identity;q=0.5, gzip;q=0.5": true, "identity;q=0, gzip;q=0.1": true,
	} {
		if got := web.AcceptsGzip(http.Header{"Accept-Encoding": {header}}); got != want {
			t.Errorf("Accept-Encoding %q: gzip is accepted: %t", header, got)
		}
	}
	if web.AcceptsGzip(http.Header{}) {
		t.Error("gzip is accepted without the header")
	}
	if !web.AcceptsGzip(http.Header{"Accept-Encoding": {"br", "gzip"}}) {
		t.Error("the second of two headers is not read")
	}
}

// newPacking returns an engine with a large and a small text, a large answer to a POST, and a large error.
func newPacking(t testing.TB) *gin.Engine {
	t.Helper()
	o, err := web.NewOrigin("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: o})
	large := map[string]string{"text": strings.Repeat("a film about rain. ", 500)}
	engine.GET("/large", web.Handle(func(c *gin.Context) error { return web.OK(c, large) }))
	engine.HEAD("/large", web.Handle(func(c *gin.Context) error { return web.OK(c, large) }))
	engine.POST("/large", web.Handle(func(c *gin.Context) error { return web.OK(c, large) }))
	engine.GET("/small", web.Handle(func(c *gin.Context) error { return web.OK(c, "small") }))
	engine.GET("/error", web.Handle(func(*gin.Context) error {
		return apperr.Validation(web.Unknown(strings.Repeat("x", 5000)))
	}))
	return engine
}

func ask(t testing.TB, engine http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, r)
	return w
}

func TestLargeResponsesAreCompressedForWhoAsks(t *testing.T) {
	t.Parallel()
	engine := newPacking(t)
	plain, packed := ask(t, engine, "GET", "/large"), ask(t, engine, "GET", "/large", "Accept-Encoding", "gzip;q=1.0")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatalf("the response is no gzip: %v", err)
	}
	length := packed.Body.Len()
	body, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(body, plain.Body.Bytes()) {
		t.Errorf("both forms must have the same content (%v)", err)
	}
	for name, want := range map[string]string{"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "Content-Type": plain.Header().Get("Content-Type")} {
		if got := packed.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if n, _ := strconv.Atoi(packed.Header().Get("Content-Length")); n < length {
		t.Errorf("Content-Length is %d, with %d bytes left of the body", n, length)
	}
	if plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("the plain response has the headers %v", plain.Header())
	}
	if head := ask(t, engine, "HEAD", "/large", "Accept-Encoding", "gzip").Header(); head.Get("ETag") != packed.Header().Get("ETag") {
		t.Errorf("HEAD has the ETag %s", head.Get("ETag"))
	}
}

func TestTheFormsOfAResponseHaveETagsOfTheirOwn(t *testing.T) {
	t.Parallel()
	engine := newPacking(t)
	plain := ask(t, engine, "GET", "/large").Header().Get("ETag")
	packed := ask(t, engine, "GET", "/large", "Accept-Encoding", "gzip").Header().Get("ETag")
	if plain == packed || plain == "" {
		t.Errorf("the ETags are %s and %s", plain, packed)
	}
	for _, encoding := range []string{"", "gzip"} {
		for _, tag := range []string{plain, packed, "W/" + packed, `"x", ` + plain, "*"} {
			w := ask(t, engine, "GET", "/large", "Accept-Encoding", encoding, "If-None-Match", tag)
			if w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("Content-Encoding") != "" {
				t.Errorf("%q with %s: status %d, %d bytes", encoding, tag, w.Code, w.Body.Len())
			}
		}
	}
}

func TestSmallResponsesWritesAndErrorsAreNotCompressed(t *testing.T) {
	t.Parallel()
	engine := newPacking(t)
	for _, request := range [][2]string{{"GET", "/small"}, {"POST", "/large"}, {"GET", "/error"}} {
		w := ask(t, engine, request[0], request[1], "Accept-Encoding", "gzip")
		if got := w.Header().Get("Content-Encoding"); got != "" {
			t.Errorf("%s %s has the encoding %s", request[0], request[1], got)
		}
	}
}

// BenchmarkCompressedList measures what compression adds to a page of 50 films.
func BenchmarkCompressedList(b *testing.B) {
	o, err := web.NewOrigin("", nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: o})
	page := []byte("[" + strings.Repeat(benchFilmJSON+",", 49) + benchFilmJSON + "]")
	engine.GET("/films", func(c *gin.Context) { web.Bytes(c, "application/json", page) })
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := ask(b, engine, "GET", "/films", "Accept-Encoding", encoding)
				b.ReportMetric(float64(w.Body.Len()), "bytes")
			}
		})
	}
}
