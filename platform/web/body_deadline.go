package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// How long clients may take. Patience limits every pause: before the next bytes of a body, or until the client takes the
// next bytes of a response. ReadTimeout limits a whole request.
const (
	Patience    = 10 * time.Second
	ReadTimeout = 30 * time.Second

	// slowestBody is the rate, in bytes per second, from which on a body may take until ReadTimeout. It tells an upload on
	// a slow line from a client that only occupies a connection.
	slowestBody = 16 << 10
)

// Of a body that nobody read, the service reads maxRest bytes that arrive within restTimeout of the response. This keeps
// the connection for small bodies, which come together with their headers.
const (
	maxRest     = 64 << 10
	restTimeout = 100 * time.Millisecond
)

// setBodyDeadline gives a body the time that its size needs, so that half a body does not occupy a connection for
// ReadTimeout.
func setBodyDeadline(c *gin.Context, patience time.Duration) {
	b := &bodyDeadline{
		ReadCloser: c.Request.Body, request: requestOf(c), length: c.Request.ContentLength,
		invited: c.Request.Header.Get("Expect") != "",
		conn:    http.NewResponseController(c.Writer), patience: patience, end: time.Now().Add(ReadTimeout),
	}
	if b.conn.SetReadDeadline(time.Now().Add(patience)) == nil { // it is a connection
		c.Request.Body, b.request.arriving = b, b
	}
}

// bodyDeadline is a body that fails when its sender is too slow.
type bodyDeadline struct {
	io.ReadCloser
	request  *request
	length   int64 // the Content-Length, -1 when it is unknown
	invited  bool  // the sender waits for a 100 Continue, which net/http writes at the first Read
	conn     *http.ResponseController
	patience time.Duration
	end      time.Time // at any rate

	first time.Time // the first Read: time before it, such as in a queue, does not count against the sender
	read  int64
	err   error
	cut   bool // the client disconnected in the middle of it
}

func (b *bodyDeadline) Read(p []byte) (n int, err error) {
	if b.err != nil { // after the end net/http reads in the background, and takes a deadline that passes for a client that left
		return 0, b.err
	}
	if b.first.IsZero() {
		b.first = time.Now()
		b.request.slot.release()
	}
	by := b.first.Add(b.patience + time.Duration(b.read)*time.Second/slowestBody)
	if by.After(b.end) {
		by = b.end
	}
	_ = b.conn.SetReadDeadline(by) // setBodyDeadline checked that it can be set
	n, b.err = b.ReadCloser.Read(p)
	b.read += int64(n)
	b.cut = isDisconnect(b.err)
	return n, b.err
}

func isDisconnect(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return errors.Is(err, io.ErrUnexpectedEOF) || ok && !op.Timeout()
}

// finish is called before the response with the headers h begins. No response waits for a body: if the rest of it has not
// arrived, the response is marked as the last one on the connection, and net/http writes it at once (RFC 9112 §9.6).
func (b *bodyDeadline) finish(h http.Header) {
	if errors.Is(b.err, io.EOF) {
		return
	}
	if b.err == nil && b.discardRest() {
		b.err = io.EOF
		return
	}
	b.err = http.ErrBodyReadAfterClose
	h.Set("Connection", "close")
	_ = b.conn.SetReadDeadline(time.Now()) // net/http waits for no more of it
}

// discardRest reports whether it reached the end of the body.
func (b *bodyDeadline) discardRest() bool {
	if b.invited && b.first.IsZero() || b.length-b.read > maxRest {
		return false
	}
	_ = b.conn.SetReadDeadline(time.Now().Add(restTimeout))
	_, err := io.CopyN(io.Discard, b.ReadCloser, maxRest+1)
	return errors.Is(err, io.EOF)
}
