package listen_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"time"
)

// Short for a test, and long for a machine without load.
const shortPatience = 500 * time.Millisecond

// serveLarge serves a response of 64 MiB.
func serveLarge(t *testing.T) (address string) {
	t.Helper()
	large := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 64<<20)) } // the client may be gone
	s := &http.Server{Handler: http.HandlerFunc(large), ReadHeaderTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second}
	return serve(t, s, shortPatience, 0)
}

// TestAClientThatDoesNotReadIsDisconnected asks for more than the kernels buffer and does not read it.
func TestAClientThatDoesNotReadIsDisconnected(t *testing.T) {
	t.Parallel()
	address := serveLarge(t)
	c := dial(t, address)
	if _, err := io.WriteString(c, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-time.After(4 * shortPatience)
	if n, err := io.Copy(io.Discard, c); n >= 1<<20 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes and %v", n, err)
	}
}

// TestASlowReaderGetsTheWholeResponse reads a large response with pauses, longer in all than patience.
func TestASlowReaderGetsTheWholeResponse(t *testing.T) {
	t.Parallel()
	c := dial(t, serveLarge(t))
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
