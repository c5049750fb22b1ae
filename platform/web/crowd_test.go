package web_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/web"
)

// crowded serves so many connections at once. hold opens one that is being served until it is let go.
func crowded(t *testing.T, most int) (address string, hold func() net.Conn, letGo func()) {
	t.Helper()
	held, entered := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /held", func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-held
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 20 * time.Second}
	address = serveAlike(t, s, web.Patience, most)
	hold = func() net.Conn {
		c := dialWire(t, address)
		ask(t, c, "/held")
		<-entered
		return c
	}
	return address, hold, func() { close(held) }
}

func ask(t *testing.T, c net.Conn, target string) {
	t.Helper()
	if _, err := io.WriteString(c, "GET "+target+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

func wantOK(t *testing.T, c net.Conn, what string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d, %v", what, res.StatusCode, err)
	}
}

// TestIdleConnectionsMakeRoom opens connections that ask once and stay, and others that say nothing. Whoever comes is
// served, and who is being served is not closed for it.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	address, hold, letGo := crowded(t, 8)
	busy := hold()
	var mute []net.Conn
	for range 20 {
		mute = append(mute, dialWire(t, address))
		idle := dialWire(t, address)
		ask(t, idle, "/")
		wantOK(t, idle, "a newcomer")
	}
	closed := 0
	for _, c := range mute[:10] { // no fewer than 31 of all are gone
		if _, err := c.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			closed++
		}
	}
	if closed < 10 {
		t.Errorf("%d of the first ten are closed", closed)
	}
	letGo()
	wantOK(t, busy, "who was being served")
}

// TestWithoutRoomWhoComesIsTheOneToGo fills every place with requests that are being served.
func TestWithoutRoomWhoComesIsTheOneToGo(t *testing.T) {
	t.Parallel()
	address, hold, letGo := crowded(t, 2)
	first, second := hold(), hold()
	if _, err := dialWire(t, address).Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a third is taken: %v", err)
	}
	letGo()
	wantOK(t, first, "the first")
	wantOK(t, second, "the second")
}
