// Package sockettest is a WebSocket client for tests.
package sockettest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Timeout is how long a test waits for something that must happen. It passes only when the test fails.
const Timeout = 20 * time.Second

// Options is how a client connects.
type Options struct {
	Query     string
	Header    http.Header
	Protocols []string
	Dial      func(network, addr string) (net.Conn, error)
}

// Option changes how a client connects.
type Option func(*Options)

// Query sets the query of the URL.
func Query(query string) Option { return func(o *Options) { o.Query = query } }

// Header adds a header to the handshake.
func Header(name, value string) Option { return func(o *Options) { o.Header.Add(name, value) } }

// Protocols sets the subprotocols that the client offers.
func Protocols(names ...string) Option { return func(o *Options) { o.Protocols = names } }

// Response is the response of the server to a handshake, zero if there was none.
type Response struct {
	Status int
	Header http.Header
}

// Dial opens a socket at url, which begins with http.
func Dial(url string, options ...Option) (*websocket.Conn, Response, error) {
	o := Options{Header: http.Header{}}
	for _, set := range options {
		set(&o)
	}
	dialer := websocket.Dialer{Subprotocols: o.Protocols, NetDial: o.Dial, HandshakeTimeout: Timeout}
	conn, res, err := dialer.Dial("ws"+strings.TrimPrefix(url, "http")+o.Query, o.Header)
	if res == nil {
		return nil, Response{}, err
	}
	_ = res.Body.Close() // it was read already, up to a kilobyte
	return conn, Response{res.StatusCode, res.Header}, err
}

// Client is a socket that is read in the background.
type Client struct {
	Conn   *websocket.Conn
	Frames <-chan []byte // closed when the socket ends
	Pongs  <-chan string // payloads; dropped while an earlier one is unread
	t      testing.TB
	ended  chan error
}

// Open opens a socket and reads it until the test ends.
func Open(t testing.TB, url string, options ...Option) *Client {
	t.Helper()
	conn, res, err := Dial(url, options...)
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, res)
	}
	frames, pongs := make(chan []byte, 20_000), make(chan string, 1)
	c := &Client{Conn: conn, Frames: frames, Pongs: pongs, t: t, ended: make(chan error, 1)}
	conn.SetPongHandler(func(text string) error {
		select {
		case pongs <- text:
		default:
		}
		return nil
	})
	go c.read(frames)
	t.Cleanup(func() { _ = conn.Close() })
	return c
}

func (c *Client) read(frames chan<- []byte) {
	defer close(frames)
	for {
		_, body, err := c.Conn.ReadMessage()
		if err != nil {
			c.ended <- err
			_ = c.Conn.Close()
			return
		}
		frames <- body
	}
}

// Next decodes the next frame into v.
func (c *Client) Next(v any) {
	c.t.Helper()
	select {
	case body, ok := <-c.Frames:
		if !ok {
			c.t.Fatalf("the socket ended: %v", <-c.ended)
		}
		if err := json.Unmarshal(body, v); err != nil {
			c.t.Fatalf("decode %s: %v", body, err)
		}
	case <-time.After(Timeout):
		c.t.Fatal("no frame arrived")
	}
}

// WantSeqs fails the test unless the next frames have the seqs from first to last.
func (c *Client) WantSeqs(first, last int64) {
	c.t.Helper()
	for want := first; want <= last; want++ {
		var frame struct{ Seq int64 }
		if c.Next(&frame); frame.Seq != want {
			c.t.Fatalf("got seq %d, want %d", frame.Seq, want)
		}
	}
}

// WantEnd fails the test unless the socket is closed with code and reason before another frame arrives.
func (c *Client) WantEnd(code int, reason string) {
	c.t.Helper()
	select {
	case body, ok := <-c.Frames:
		if ok {
			c.t.Fatalf("got a frame, want the end: %s", body)
		}
	case <-time.After(Timeout):
		c.t.Fatal("the socket stays open")
	}
	WantClose(c.t, <-c.ended, code, reason)
}

// WantClose fails the test unless err is a close frame with code and reason.
func WantClose(t testing.TB, err error, code int, reason string) {
	t.Helper()
	end, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		t.Fatalf("the socket ended by %v, want code %d", err, code)
	}
	if end.Code != code || end.Text != reason {
		t.Fatalf("closed with %d %q, want %d %q", end.Code, end.Text, code, reason)
	}
}

// ReadSeqs reads from a connection until n frames have arrived. It allocates only its buffer.
func ReadSeqs(t testing.TB, conn io.Reader, n int) {
	buffer := make([]byte, 16<<10)
	kept := 0
	for n > 0 {
		got, err := conn.Read(buffer[kept:])
		if err != nil {
			t.Errorf("%d frames did not arrive: %v", n, err)
			return
		}
		text := buffer[:kept+got]
		n -= bytes.Count(text, []byte(`"seq":`))
		kept = copy(buffer, text[max(0, len(text)-len(`"seq":`)+1):]) // may be the first half of the next one
	}
}

// Eventually waits until a condition holds.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Timeout); !holds(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, Timeout)
		}
	}
}
