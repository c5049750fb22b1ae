package listen_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/web"
)

// TestAMessageWithAmbiguousFramingEndsItsConnection sends messages that another program may end elsewhere (RFC 9112 §6.1).
// Each is answered; the connection that had the last two stays.
func TestAMessageWithAmbiguousFramingEndsItsConnection(t *testing.T) {
	t.Parallel()
	address := serveEcho(t)
	const chunked = "\r\n\r\n1\r\na\r\n0\r\n\r\n"
	for _, c := range []struct {
		name, version, headers string
		body                   string // with the empty line before it
		closes                 bool
	}{
		{"both", "1.1", "Content-Length: 16\r\nTransfer-Encoding: chunked", chunked, true},
		{"the other way round", "1.1", "Transfer-Encoding: chunked\r\nContent-Length: 16", chunked, true},
		{"other capitals", "1.1", "CONTENT-LENGTH: 16\r\nx: y\r\ntransfer-encoding: Chunked", chunked, true},
		{"bare line feeds", "1.1", "Content-Length: 16\nTransfer-Encoding: chunked", chunked, true},
		{"a zero length", "1.1", "Content-Length: 0\r\nTransfer-Encoding: chunked", chunked, true},
		{"an encoding in HTTP/1.0", "1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked", "\r\n\r\n", true},
		{"both in HTTP/1.0", "1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 1", "\r\n\r\na", true},
		{"only a length", "1.1", "Content-Length: 1", "\r\n\r\na", false},
		{"only an encoding", "1.1", "Transfer-Encoding: chunked", chunked, false},
	} {
		for _, step := range []int{1 << 10, 7, 1} { // the headers arrive in parts of this size
			raw := "POST /echo HTTP/" + c.version + "\r\nHost: x\r\n" + c.headers + c.body
			conn := dial(t, address)
			for part := range slices.Chunk([]byte(raw), step) {
				if _, err := conn.Write(part); err != nil {
					t.Fatal(err)
				}
			}
			in := bufio.NewReader(conn)
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK || res.Close != c.closes {
				t.Errorf("%s: status %d, closes: %v, %v", c.name, res.StatusCode, res.Close, err)
			}
			if c.closes {
				if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
					t.Errorf("%s: after the response: %v, want %v", c.name, err, io.EOF)
				}
			}
		}
	}
}

// TestMessagesWithDifferentFramingShareAConnection sends one header in each message.
func TestMessagesWithDifferentFramingShareAConnection(t *testing.T) {
	t.Parallel()
	raw := strings.Repeat("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"+
		"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 3)
	for i, r := range exchange(t, serveEcho(t), raw, 6) {
		if r.status != http.StatusOK || r.closes {
			t.Errorf("response %d: status %d, closes: %v", i, r.status, r.closes)
		}
	}
}

// TestTheProxyProtocolIsRefused connects as proxies do that speak it, in both versions. The log names the cause once.
func TestTheProxyProtocolIsRefused(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &http.Server{Handler: http.NotFoundHandler()}
	address := serveLogging(t, s, web.Patience, 0, slog.New(slog.NewTextHandler(&log, nil)))
	for _, preamble := range []string{
		"PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\n",
		"PROXY TCP6 2001:db8::9 2001:db8::1 4711 80\r\n",
		"PROXY UNKNOWN\r\n",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\x12\x67\x00\x50",
		"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00", // a health check
	} {
		res := exchange(t, address, preamble+"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1)[0]
		var p web.Problem
		if err := json.Unmarshal(res.body, &p); err != nil {
			t.Errorf("%q: %v", preamble, err)
		}
		if res.status != http.StatusBadRequest || p.Code != "malformed" || !strings.Contains(p.Detail, "PROXY protocol") || !res.closes {
			t.Errorf("%q: status %d, %+v", preamble, res.status, p)
		}
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "PROXY protocol") {
		t.Errorf("%d warnings, want 1: %s", n, log.String())
	}
}
