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

// Short enough not to wait for, and an eternity for a machine that is not loaded.
const shortPatience = 500 * time.Millisecond

type pacedJSON struct {
	Name string `json:"name"`
}

type pacedForm struct {
	Name  string    `formData:"name"`
	Image *web.File `formData:"image"`
}

// pacedWire serves what reads bodies in every way there is, and one large answer.
func pacedWire(t *testing.T, write time.Duration) (address string) {
	t.Helper()
	return placedWire(t, write, shortPatience, 0)
}

// placedWire is pacedWire for so many requests at once.
func placedWire(t *testing.T, write, patience time.Duration, places int) (address string) {
	t.Helper()
	engine := web.NewEngine(web.Options{
		Log: slog.New(slog.DiscardHandler), Edge: edge(t, "", nil, nil), Patience: patience, MaxInFlight: places,
	})
	engine.POST("/json", web.Handle(func(c *gin.Context) error {
		var b pacedJSON
		if err := web.BindJSON(c, &b); err != nil {
			return err
		}
		return web.OK(c, b)
	}))
	engine.POST("/form", web.Handle(func(c *gin.Context) error {
		var f pacedForm
		if err := web.BindForm(c, &f, 1<<20); err != nil {
			return err
		}
		return web.OK(c, pacedJSON{f.Name})
	}))
	engine.POST("/refused", web.Handle(func(*gin.Context) error { return web.ErrCrossOrigin }))
	engine.POST("/thinks", web.Handle(func(c *gin.Context) error {
		var b pacedJSON
		if err := web.BindJSON(c, &b); err != nil {
			return err
		}
		if _, err := c.Request.Body.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // as whoever looks for more does
			return web.ErrMalformed
		}
		select { // for longer than patience lasts, and nobody waits any more if the client is taken for gone
		case <-time.After(2 * shortPatience):
			return web.OK(c, b)
		case <-c.Request.Context().Done():
			return web.ErrInternal
		}
	}))
	engine.GET("/large", func(c *gin.Context) { c.Data(http.StatusOK, "text/plain", make([]byte, 64<<20)) })
	s := &http.Server{Handler: engine, ReadHeaderTimeout: 20 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: write}
	return serveAlike(t, s, patience, 0)
}

func dialWire(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // often closed already
	if err := c.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// halves are requests whose bodies never come, and what they are answered with.
var halves = []struct {
	name, raw string
	status    int
}{
	{"json", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", 400},
	{"json in chunks", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 400},
	{"urlencoded", "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na", 400},
	{"multipart", "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b", 400},
	{"none of it", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", 400},
	{"nobody reads it", "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", 403},
	{"no such path", "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", 404},
}

// TestHalfBodiesAreAnsweredAndClosed: each is a problem document after patience, not after ReadTimeout, whether its sender
// is silent or dribbles.
func TestHalfBodiesAreAnsweredAndClosed(t *testing.T) {
	t.Parallel()
	address := pacedWire(t, 20*time.Second)
	for _, h := range halves {
		for _, dribbles := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, dribbles: %v", h.name, dribbles), func(t *testing.T) {
				t.Parallel()
				c := dialWire(t, address)
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

// TestAConnectionIsKeptAfterSlowBodies sends bodies that pause for less than patience lasts, more than once and longer in
// all than it does, over one connection, and then lets a handler think for longer.
func TestAConnectionIsKeptAfterSlowBodies(t *testing.T) {
	t.Parallel()
	c := dialWire(t, pacedWire(t, 20*time.Second))
	in := bufio.NewReader(c)
	// At 16 KiB a second a body that has brought so much has 4 s more than patience.
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

// TestWhoDoesNotReadIsCutOff asks for more than the kernels keep and takes none of it: what comes later is little of it.
func TestWhoDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	address := pacedWire(t, 20*time.Second)
	c := dialWire(t, address)
	if _, err := io.WriteString(c, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-time.After(4 * shortPatience)
	if n, err := io.Copy(io.Discard, c); n >= 1<<20 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes and %v", n, err)
	}
}

// TestWhoReadsSlowlyGetsEverything takes a large answer with pauses, for longer in all than patience lasts.
func TestWhoReadsSlowlyGetsEverything(t *testing.T) {
	t.Parallel()
	c := dialWire(t, pacedWire(t, 20*time.Second))
	if _, err := io.WriteString(c, "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	var total int64
	for {
		n, err := io.CopyN(io.Discard, c, 6<<20)
		total += n
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after %d bytes: %v", total, err)
		}
		<-time.After(shortPatience / 5) // the pause is what is tested
	}
	if total < 64<<20 {
		t.Errorf("%d bytes", total)
	}
}

// TestWhoIsSlowTakesNobodysPlace has more clients than there are places send half a body, or take nothing of an answer,
// and is served at once.
func TestWhoIsSlowTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	const places = 2
	slow := []string{"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"}
	for _, half := range halves[:4] {
		slow = append(slow, half.raw)
	}
	for _, raw := range slow {
		address := placedWire(t, 20*time.Second, web.Patience, places)
		ask := func() (status int) {
			res, err := http.Post("http://"+address+"/json", "application/json", strings.NewReader(`{"name": "x"}`))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			return res.StatusCode
		}
		for n := range 4 * places {
			if _, err := io.WriteString(dialWire(t, address), raw); err != nil {
				t.Fatal(err)
			}
			if status := ask(); status != http.StatusOK {
				t.Fatalf("beside %d that are slow (%.20q): status %d", n+1, raw, status)
			}
		}
	}
}
