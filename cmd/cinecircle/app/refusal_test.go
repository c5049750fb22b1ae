package app_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// wireTimeout is shorter than the time that the program gives a body.
const wireTimeout = 8 * time.Second

// wire is a connection to a running program.
type wire struct {
	net.Conn
	in *bufio.Reader
}

func dialWire(t *testing.T, s *apptest.Server) *wire {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // the program may have closed it
	if err := c.SetDeadline(time.Now().Add(wireTimeout)); err != nil {
		t.Fatal(err)
	}
	return &wire{c, bufio.NewReader(c)}
}

// want reads a response and returns whether it is the last one on the connection.
func (w *wire) want(t *testing.T, status int) (closes bool) {
	t.Helper()
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		t.Fatalf("%v; want status %d", err, status)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != status {
		t.Fatalf("status %d, %v; want %d: %.200s", res.StatusCode, err, status, body)
	}
	return res.Close
}

// TestNoRefusalWaitsForItsBody asks the API and the pages with bodies that never come.
func TestNoRefusalWaitsForItsBody(t *testing.T) {
	t.Parallel()
	s := apptest.NewInstance(t).Start()
	_, token := s.SignUp("mina")
	const multipart = "Content-Type: multipart/form-data; boundary=b\r\n"
	for _, c := range []struct {
		name, target, headers string
		length                int
		status                int
	}{
		{"a bad token", "/users/me/profile_image", multipart + "Authorization: Bearer expired\r\n", 3_800_000, 401},
		{"no token", "/reviews", multipart, 3_800_000, 401},
		{"an unknown path", "/nowhere/at/all", multipart, 3_800_000, 404},
		{"a bad id", "/users/0/follow", "Authorization: Bearer " + token + "\r\n", 1000, 422},
		{"too large an upload", "/users/me/profile_image", multipart + "Authorization: Bearer " + token + "\r\n", 50_000_000, 413},
		{"too large an object", "/users", "Content-Type: application/json\r\n", 3_800_000, 413},
		{"another method", "/healthz", "", 3_800_000, 405},
		{"another site", "/users/me/profile_image", multipart + "Cookie: access_token=" + token + "\r\nOrigin: https://evil.example\r\n", 3_800_000, 403},
		{"a page for members", "/settings/image", multipart, 3_800_000, 303},
		{"a page with a bad token", "/settings/image", multipart + "Cookie: access_token=expired\r\n", 3_800_000, 307},
		{"too large a page", "/preferences", "Content-Type: application/x-www-form-urlencoded\r\n", 256_000_000, 413},
		{"an unknown page", "/films/0/edit", multipart, 3_800_000, 404},
	} {
		for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
			t.Run(c.name+", "+expect, func(t *testing.T) {
				t.Parallel()
				w := dialWire(t, s)
				if _, err := fmt.Fprintf(w, "POST %s HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n%sContent-Length: %d\r\n%s\r\n", c.target, c.headers, c.length, expect); err != nil {
					t.Fatal(err)
				}
				if !w.want(t, c.status) {
					t.Error("the response does not say that the connection closes")
				}
				if _, err := w.in.ReadByte(); !errors.Is(err, io.EOF) {
					t.Errorf("after the response: %v, want %v", err, io.EOF)
				}
			})
		}
	}
}

// TestAnUploadIsAskedFor sends the headers, gets a 100, and sends the image.
func TestAnUploadIsAskedFor(t *testing.T) {
	t.Parallel()
	s := apptest.NewInstance(t).Start()
	_, token := s.SignUp("mina")
	kind, body := apptest.Upload(t, nil, "image", "a.png", apptest.PNG(t))
	w := dialWire(t, s)
	for range 2 {
		if _, err := fmt.Fprintf(w, "POST /users/me/profile_image HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
			token, kind, len(body)); err != nil {
			t.Fatal(err)
		}
		w.want(t, http.StatusContinue)
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
		if w.want(t, http.StatusOK) {
			t.Error("the connection closes")
		}
	}
}
