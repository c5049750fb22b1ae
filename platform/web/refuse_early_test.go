package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

// serveRefusals serves routes that refuse a request before they read its body, and one that echoes it. Nobody who waits for
// a body gives up before the deadline of [dial].
func serveRefusals(t *testing.T) (address string) {
	t.Helper()
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil), Patience: time.Hour})
	engine.POST("/refused", web.Handle(func(*gin.Context) error { return web.ErrCrossOrigin }))
	engine.POST("/page", func(c *gin.Context) { c.String(http.StatusForbidden, strings.Repeat("large ", 10<<10)) })
	engine.POST("/redirect", func(c *gin.Context) { c.Redirect(http.StatusTemporaryRedirect, "/") })
	engine.POST("/bare", func(c *gin.Context) { c.Status(http.StatusForbidden) })
	engine.POST("/panics", func(*gin.Context) { panic("planted") })
	engine.POST("/none", web.Handle(func(c *gin.Context) error {
		if err := web.DiscardBody(c); err != nil {
			return err
		}
		return web.NoContent(c)
	}))
	engine.POST("/form", web.Handle(func(c *gin.Context) error {
		var f slowForm
		if err := web.BindForm(c, &f, 5<<20); err != nil {
			return err
		}
		return web.OK(c, slowJSON{f.Name})
	}))
	engine.POST("/json", web.Handle(func(c *gin.Context) error {
		var b slowJSON
		if err := web.BindJSON(c, &b); err != nil {
			return err
		}
		return web.OK(c, b)
	}))
	return serve(t, &http.Server{Handler: engine}, web.Patience)
}

// refusals are requests whose status does not depend on their body.
var refusals = []struct {
	name, target, framing string
	status                int
}{
	{"a large body", "/refused", "Content-Length: 3800000", 403},
	{"a small body", "/refused", "Content-Length: 1000", 403},
	{"a body in chunks", "/refused", "Transfer-Encoding: chunked", 403},
	{"an unknown path", "/nowhere", "Content-Length: 3800000", 404},
	{"a wrong content type", "/json", "Content-Length: 3800000", 415},
	{"too large", "/json", "Content-Type: application/json\r\nContent-Length: 3800000", 413},
	{"too large a form", "/form", "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000", 413},
	{"too large for a route without a body", "/none", "Content-Length: 9000000", 413},
	{"no body is read", "/none", "Content-Length: 1000", 204},
	{"a large answer", "/page", "Content-Length: 1000", 403},
	{"a redirect", "/redirect", "Content-Length: 3800000", 307},
	{"a status without a body", "/bare", "Content-Length: 1000", 403},
	{"a panic", "/panics", "Content-Length: 1000", 500},
}

// TestARefusalDoesNotWaitForTheBody sends headers and no body. It wants a final status at once, no 100 before it, and then
// the end of the connection (RFC 9110 §10.1.1).
func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	t.Parallel()
	address := serveRefusals(t)
	for _, r := range refusals {
		for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
			t.Run(r.name+", "+expect, func(t *testing.T) {
				t.Parallel()
				c := dial(t, address)
				head := "POST " + r.target + " HTTP/1.1\r\nHost: x\r\n" + r.framing + "\r\n" + expect + "\r\n"
				if _, err := io.WriteString(c, head); err != nil {
					t.Fatal(err)
				}
				wantLast(t, c, r.status)
			})
		}
	}
}

// wantLast reads a response with this status, which says that it is the last one, and the end of the connection.
func wantLast(t *testing.T, c net.Conn, status int) {
	t.Helper()
	in := bufio.NewReader(c)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != status || !res.Close {
		t.Errorf("status %d, closes: %v, %v; want %d and the end of the connection", res.StatusCode, res.Close, err, status)
	}
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("after the response: %v, want %v", err, io.EOF)
	}
}

// TestABodyIsAskedFor sends Expect: 100-continue and the body after the 100. The connection stays.
func TestABodyIsAskedFor(t *testing.T) {
	t.Parallel()
	c := dial(t, serveRefusals(t))
	in := bufio.NewReader(c)
	for range 2 {
		body := `{"name": "a"}`
		if _, err := fmt.Fprintf(c, "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body)); err != nil {
			t.Fatal(err)
		}
		wantResponse(t, in, http.StatusContinue)
		if _, err := io.WriteString(c, body); err != nil {
			t.Fatal(err)
		}
		wantResponse(t, in, http.StatusOK)
	}
}

// wantResponse reads a response after which the connection stays.
func wantResponse(t *testing.T, in *bufio.Reader, status int) {
	t.Helper()
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != status || res.Close {
		t.Fatalf("status %d, closes: %v, %v; want %d", res.StatusCode, res.Close, err, status)
	}
}

// TestARefusedBodyThatHasArrivedKeepsTheConnection sends requests with their bodies at once.
func TestARefusedBodyThatHasArrivedKeepsTheConnection(t *testing.T) {
	t.Parallel()
	c := dial(t, serveRefusals(t))
	in := bufio.NewReader(c)
	for _, r := range refusals {
		if r.status == http.StatusRequestEntityTooLarge {
			continue
		}
		framing, body := "Content-Length: 1000", strings.Repeat("a", 1000)
		if strings.Contains(r.framing, "chunked") {
			framing, body = r.framing, "3e8\r\n"+body+"\r\n0\r\n\r\n"
		}
		if _, err := io.WriteString(c, "POST "+r.target+" HTTP/1.1\r\nHost: x\r\n"+framing+"\r\n\r\n"+body); err != nil {
			t.Fatal(err)
		}
		wantResponse(t, in, r.status)
	}
}

// TestAClientThatSendsFirstGetsTheRefusal writes the whole body before it reads, as proxies do. Without a lingering close
// the connection is reset, and the response is lost with it (RFC 9112 §9.6).
func TestAClientThatSendsFirstGetsTheRefusal(t *testing.T) {
	t.Parallel()
	address := serveRefusals(t)
	for _, r := range refusals {
		size := 0
		if _, err := fmt.Sscanf(r.framing[strings.LastIndex(r.framing, "\n")+1:], "Content-Length: %d", &size); err != nil || size < 3e6 {
			continue // what is sent before the answer is read fits into the buffers on the way
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			size = min(size, 7<<20) // of a larger body only this arrives before the client looks for an answer
			c := dial(t, address)
			if _, err := io.WriteString(c, "POST "+r.target+" HTTP/1.1\r\nHost: x\r\n"+r.framing+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			for chunk := make([]byte, 64<<10); size > 0; size -= len(chunk) {
				if _, err := c.Write(chunk[:min(len(chunk), size)]); err != nil {
					t.Fatalf("with %d bytes to send: %v", size, err)
				}
			}
			wantLast(t, c, r.status)
		})
	}
}

// TestALingeringCloseIsBounded sends a body without end.
func TestALingeringCloseIsBounded(t *testing.T) {
	t.Parallel()
	c := dial(t, serveRefusals(t))
	if _, err := io.WriteString(c, "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	sent := 0
	for chunk := make([]byte, 64<<10); sent < 64<<20; sent += len(chunk) {
		if _, err := c.Write(chunk); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("after %d bytes: %v", sent, err)
			}
			return
		}
	}
	t.Errorf("the service took %d bytes", sent)
}
