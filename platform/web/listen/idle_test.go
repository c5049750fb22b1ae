package listen_test

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

// serveAtMost serves up to most connections. hold opens one whose request is handled until release is called.
func serveAtMost(t *testing.T, most int) (address string, hold func() net.Conn, release func()) {
	t.Helper()
	released, entered := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /held", func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-released
	})
	address = serve(t, &http.Server{Handler: mux, ReadHeaderTimeout: 20 * time.Second}, web.Patience, most)
	hold = func() net.Conn {
		c := dial(t, address)
		get(t, c, "/held")
		<-entered
		return c
	}
	return address, hold, func() { close(released) }
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

func get(t *testing.T, c net.Conn, target string) {
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

// TestIdleConnectionsAreClosedForNewOnes opens connections that stay after their request and others that send nothing.
// Every new connection is served, and one with a request in flight is not closed.
func TestIdleConnectionsAreClosedForNewOnes(t *testing.T) {
	t.Parallel()
	address, hold, release := serveAtMost(t, 8)
	busy := hold()
	var silent []net.Conn
	for range 20 {
		silent = append(silent, dial(t, address))
		idle := dial(t, address)
		get(t, idle, "/")
		wantOK(t, idle, "a new connection")
	}
	closed := 0
	for _, c := range silent[:10] { // at least 31 of all are closed
		if _, err := c.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			closed++
		}
	}
	if closed < 10 {
		t.Errorf("%d of the first ten are closed", closed)
	}
	release()
	wantOK(t, busy, "the request in flight")
}

// TestWithoutIdleConnectionsTheNewOneIsClosed has requests in flight on all connections.
func TestWithoutIdleConnectionsTheNewOneIsClosed(t *testing.T) {
	t.Parallel()
	address, hold, release := serveAtMost(t, 2)
	first, second := hold(), hold()
	if _, err := dial(t, address).Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a third stays open: %v", err)
	}
	release()
	wantOK(t, first, "the first")
	wantOK(t, second, "the second")
}
