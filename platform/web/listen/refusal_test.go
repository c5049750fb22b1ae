package listen_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/platform/web/listen"
)

// serveEcho returns the address of a server that echoes bodies.
func serveEcho(t *testing.T) string {
	t.Helper()
	origin, err := web.NewOrigin("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin})
	engine.POST("/echo", func(c *gin.Context) {
		body, err := io.ReadAll(c.Request.Body)
		if err != nil {
			t.Error(err)
		}
		c.Data(http.StatusOK, "text/plain", body)
	})
	s := &http.Server{Handler: engine, MaxHeaderBytes: 1 << 10}
	return serve(t, s, web.Patience, 0)
}

// serve serves with the listener of this package until the test ends, and returns the address.
func serve(t *testing.T, s *http.Server, patience time.Duration, most int) (address string) {
	t.Helper()
	return serveLogging(t, s, patience, most, slog.New(slog.DiscardHandler))
}

func serveLogging(t *testing.T, s *http.Server, patience time.Duration, most int, log *slog.Logger) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = listen.Wrap(s, l, patience, most, log)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// reply is a response.
type reply struct {
	status int
	header http.Header
	closes bool
	body   []byte
}

// exchange writes raw requests and reads their responses.
func exchange(t *testing.T, address, raw string, answers int) []reply {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	out := make([]reply, answers)
	for i := range out {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%.80q: %v", raw, err)
		}
		defer res.Body.Close()
		out[i] = reply{status: res.StatusCode, header: res.Header, closes: res.Close}
		if out[i].body, err = io.ReadAll(res.Body); err != nil {
			t.Fatalf("%.80q: %v", raw, err)
		}
	}
	return out
}

func TestErrorsOfNetHTTPAreProblemDocuments(t *testing.T) {
	t.Parallel()
	address := serveEcho(t)
	for _, c := range []struct {
		raw    string
		status int
		code   string
	}{
		{"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed"},
		{"GET / HTTP/1.1\r\n\r\n", 400, "malformed"},
		{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed"},
		{"garbage\r\n\r\n", 400, "malformed"},
		{"GET / HTTP/1.1\r\nHost: x\r\nA\x00: b\r\n\r\n", 400, "malformed"},
		{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed"},
		{"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("b", 8<<10) + "\r\n\r\n", 431, "too_large"},
		{"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "malformed"},
		{"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505, "malformed"},
		{"GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n", 417, "malformed"},
	} {
		res := exchange(t, address, c.raw, 1)[0]
		var p web.Problem
		if err := json.Unmarshal(res.body, &p); err != nil {
			t.Errorf("%.80q: %v", c.raw, err)
		}
		if res.status != c.status || p.Status != c.status || p.Code != c.code || p.Detail == "" || p.RequestID == "" ||
			p.RequestID != res.header.Get("X-Request-ID") || res.header.Get("Content-Type") != "application/problem+json" || !res.closes {
			t.Errorf("%.80q: status %d, %+v, %v", c.raw, res.status, p, res.header)
		}
	}
}

// TestABodyThatLooksLikeAnErrorOfNetHTTPIsUnchanged echoes a body that looks like one, shifted by every number of bytes, because a
// write to the connection may begin anywhere in it.
func TestABodyThatLooksLikeAnErrorOfNetHTTPIsUnchanged(t *testing.T) {
	t.Parallel()
	address := serveEcho(t)
	lie := strings.Repeat("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request", 100)
	good := "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10900\r\n\r\n"
	for from := range len(lie) / 100 {
		body := (lie[from:] + lie)[:10900]
		answers := exchange(t, address, good+body+"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 2)
		if string(answers[0].body) != body {
			t.Fatalf("from %d: the body differs", from)
		}
		if answers[1].status != http.StatusBadRequest || answers[1].header.Get("X-Request-ID") == "" {
			t.Fatalf("from %d: then status %d, %v", from, answers[1].status, answers[1].header)
		}
	}
}
