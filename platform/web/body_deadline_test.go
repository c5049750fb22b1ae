package web_test

import (
	"bufio"
	"errors"
	"fmt"
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

// Short for a test, and long for a machine without load.
const shortPatience = 500 * time.Millisecond

type slowJSON struct {
	Name string `json:"name"`
}

type slowForm struct {
	Name  string    `formData:"name"`
	Image *web.File `formData:"image"`
}

// serveBodies serves handlers that read bodies in every way, and one with a large response. It has so many slots, 0 for the
// default.
func serveBodies(t *testing.T, patience time.Duration, slots int) (address string) {
	t.Helper()
	engine := web.NewEngine(web.Options{
		Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil), Patience: patience, MaxInFlight: slots,
	})
	engine.POST("/json", web.Handle(func(c *gin.Context) error {
		var b slowJSON
		if err := web.BindJSON(c, &b); err != nil {
			return err
		}
		return web.OK(c, b)
	}))
	engine.POST("/form", web.Handle(func(c *gin.Context) error {
		var f slowForm
		if err := web.BindForm(c, &f, 1<<20); err != nil {
			return err
		}
		return web.OK(c, slowJSON{f.Name})
	}))
	engine.POST("/refused", web.Handle(func(*gin.Context) error { return web.ErrCrossOrigin }))
	engine.POST("/thinks", web.Handle(func(c *gin.Context) error {
		var b slowJSON
		if err := web.BindJSON(c, &b); err != nil {
			return err
		}
		if _, err := c.Request.Body.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // as a handler that looks for more does
			return web.ErrMalformed
		}
		select { // longer than patience; the context ends if the client is taken to have left
		case <-time.After(2 * shortPatience):
			return web.OK(c, b)
		case <-c.Request.Context().Done():
			return web.ErrInternal
		}
	}))
	engine.GET("/large", func(c *gin.Context) { c.Data(http.StatusOK, "text/plain", make([]byte, 64<<20)) })
	s := &http.Server{Handler: engine, ReadHeaderTimeout: 20 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second}
	return serve(t, s, patience)
}

// serve serves until the test ends, and returns the address.
func serve(t *testing.T, s *http.Server, patience time.Duration) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = listen.Wrap(s, l, patience, 0, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-done); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // most tests have closed it
	if err := c.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// halves are requests with incomplete bodies and the status of their responses.
var halves = []struct {
	name, raw string
	status    int
}{
	{"json", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", 400},
	{"json in chunks", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 400},
	{"urlencoded", "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na", 400},
	{"multipart", "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b", 400},
	{"only headers", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", 400},
	{"unread", "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", 403},
	{"no such path", "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", 404},
}

// TestIncompleteBodiesAreRefusedAfterTheDeadline and not after ReadTimeout, whether their sender is silent or sends a byte now
// and then.
func TestIncompleteBodiesAreRefusedAfterTheDeadline(t *testing.T) {
	t.Parallel()
	address := serveBodies(t, shortPatience, 0)
	for _, h := range halves {
		for _, dribbles := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, dribbles: %v", h.name, dribbles), func(t *testing.T) {
				t.Parallel()
				c := dial(t, address)
				if _, err := io.WriteString(c, h.raw); err != nil {
					t.Fatal(err)
				}
				if dribbles && !strings.Contains(h.raw, "chunked") {
					go func() {
						for range time.Tick(shortPatience / 10) {
							if _, err := io.WriteString(c, " "); err != nil {
								return
							}
						}
					}()
				}
				res, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				if res.StatusCode != h.status || !res.Close || res.Header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("status %d, closes: %v, %v", res.StatusCode, res.Close, res.Header)
				}
			})
		}
	}
}

// TestAConnectionIsKeptAfterSlowBodies sends bodies over one connection with several pauses, each shorter than patience and
// all together longer, and then lets a handler work for longer than patience.
func TestAConnectionIsKeptAfterSlowBodies(t *testing.T) {
	t.Parallel()
	c := dial(t, serveBodies(t, shortPatience, 0))
	in := bufio.NewReader(c)
	// At 16 KiB a second a body of this size has 4 s more than patience.
	for _, r := range []struct {
		target string
		filler int
	}{{"/json", 64 << 10}, {"/json", 64 << 10}, {"/thinks", 0}, {"/json", 64 << 10}} {
		filler := strings.Repeat(" ", r.filler)
		body := filler + `{"name": "a"}`
		head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", r.target, len(body))
		for _, part := range []string{head + filler, body[len(filler) : len(body)-1], body[len(body)-1:]} {
			if _, err := io.WriteString(c, part); err != nil {
				t.Fatal(err)
			}
			if r.filler > 0 {
				<-time.After(shortPatience * 2 / 3) // the pause is what is tested
			}
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", r.target, err)
		}
		answer, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK || res.Close {
			t.Fatalf("%s: status %d, closes: %v, %v: %s", r.target, res.StatusCode, res.Close, err, answer)
		}
	}
}

// TestSlowClientsHoldNoSlot has more clients than slots send half a body or read nothing of a response; another request is
// served at once.
func TestSlowClientsHoldNoSlot(t *testing.T) {
	t.Parallel()
	const slots = 2
	slow := []string{"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"}
	for _, half := range halves[:4] {
		slow = append(slow, half.raw)
	}
	for _, raw := range slow {
		address := serveBodies(t, web.Patience, slots)
		ask := func() (status int) {
			res, err := http.Post("http://"+address+"/json", "application/json", strings.NewReader(`{"name": "x"}`))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			return res.StatusCode
		}
		for n := range 4 * slots {
			if _, err := io.WriteString(dial(t, address), raw); err != nil {
				t.Fatal(err)
			}
			if status := ask(); status != http.StatusOK {
				t.Fatalf("beside %d slow clients (%.20q): status %d", n+1, raw, status)
			}
		}
	}
}
