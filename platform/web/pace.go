package web

import (
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// How long clients may take. Patience is for what does not move at all: the next bytes of a body, or
// the next bytes of an answer that the client has to take. ReadTimeout is for a whole request.
const (
	Patience    = 10 * time.Second
	ReadTimeout = 30 * time.Second

	// slowestBody is the pace in bytes a second from which on a body may take until ReadTimeout. Where no
	// image is expected it makes no difference; where one is, it tells a slow line from who only holds a place.
	slowestBody = 16 << 10
)

// paced gives a body the time that its size needs. Without it half a body would live for ReadTimeout,
// read or not: net/http reads what a handler left, so that the connection can be used again.
func paced(patience time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.Body == nil || c.Request.Body == http.NoBody {
			return
		}
		b := &pacedBody{
			ReadCloser: c.Request.Body, place: &visitOf(c).place, conn: http.NewResponseController(c.Writer), patience: patience, end: time.Now().Add(ReadTimeout),
		}
		if b.conn.SetReadDeadline(time.Now().Add(patience)) == nil { // it is a connection
			c.Request.Body = b
		}
	}
}

// pacedBody breaks off when its sender does not keep the pace.
type pacedBody struct {
	io.ReadCloser
	place    *place // of no use while nothing comes
	conn     *http.ResponseController
	patience time.Duration
	end      time.Time // whatever the pace

	first time.Time // when somebody began to read; what was ours before, such as a queue, is not held against the sender
	got   int64
	ended error
}

func (b *pacedBody) Read(p []byte) (n int, err error) {
	if b.ended != nil { // net/http listens now for a client that leaves, and would take a deadline that passes for that
		return 0, b.ended
	}
	if b.first.IsZero() {
		b.first = time.Now()
		b.place.leave()
	}
	by := b.first.Add(b.patience + time.Duration(b.got)*time.Second/slowestBody)
	if by.After(b.end) {
		by = b.end
	}
	_ = b.conn.SetReadDeadline(by) // paced saw that it can be set
	n, b.ended = b.ReadCloser.Read(p)
	b.got += int64(n)
	return n, b.ended
}
