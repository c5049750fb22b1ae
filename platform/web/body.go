package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The limits of bodies, in bytes. The engine cuts every body at MaxUpload; the reader of a body lowers that to the limit
// of its route, see [LimitBody].
const (
	MaxJSON   = 256 << 10
	MaxForm   = 512 << 10 // a form without files, or the fields of one with files
	MaxUpload = 6 << 20   // a form with its file
)

// limitBodies limits the time and the size of every body. It reads nothing.
//
// Handlers get a copy of the request, so that net/http still finds its own body in the original: it looks at the type of the
// body to decide how to end the connection.
func limitBodies(patience time.Duration) gin.HandlerFunc {
	large := &largeBodies{by: map[int64]bool{}}
	return func(c *gin.Context) {
		if !hasBody(c.Request) {
			return
		}
		c.Request = c.Request.WithContext(c.Request.Context())
		setBodyDeadline(c, patience)
		requestOf(c).large = large
		LimitBody(c, MaxUpload)
	}
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// LimitBody lowers the limit of the body to n bytes, if it is higher. A body with a larger Content-Length fails at the
// first Read, before any of it is received; any other body fails when it exceeds the limit. The error is a
// *http.MaxBytesError, for which the response is a 413.
func LimitBody(c *gin.Context, n int64) {
	if !hasBody(c.Request) {
		return
	}
	b := &requestOf(c).body
	if b.ReadCloser == nil {
		*b = limitedBody{ReadCloser: c.Request.Body, length: c.Request.ContentLength, limit: n}
		c.Request.Body = b
	}
	b.limit = min(b.limit, n)
}

// maxLarge is how many bodies are received through [AllowLarge] at the same time, because each is in memory.
const maxLarge = 4

// largeBodies has who sends the bodies of [AllowLarge] to an engine: each member one, so that nobody takes all places.
type largeBodies struct {
	mu sync.Mutex
	by map[int64]bool // guarded by mu
}

// enter reports whether a member may send another one.
func (l *largeBodies) enter(by int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by[by] || len(l.by) >= maxLarge {
		return false
	}
	l.by[by] = true
	return true
}

func (l *largeBodies) leave(by int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.by, by)
}

// AllowLarge raises the limit of the body to n bytes for one of the few routes that take more than [MaxUpload]. It returns busy
// while the member, or several others, send such a body already. Call done when the body is not needed any more.
func AllowLarge(c *gin.Context, n int64) (done func(), err error) {
	r := requestOf(c)
	if !hasBody(c.Request) {
		return func() {}, nil
	}
	if !r.large.enter(r.viewerID) {
		return nil, apperr.ErrBusy.After(time.Second)
	}
	LimitBody(c, n)
	r.body.limit = n
	return func() { r.large.leave(r.viewerID) }, nil
}

// DiscardBody is for routes without a body. It returns too_large for a body over the limit. A body with an acceptable
// Content-Length is not read.
func DiscardBody(c *gin.Context) error {
	b := &requestOf(c).body
	if !hasBody(c.Request) || b.length >= 0 && b.length <= b.limit {
		return nil
	}
	if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
		return readError(err)
	}
	return reacquire(c)
}

// readBody returns the whole body, which may have up to limit bytes.
func readBody(c *gin.Context, limit int64) ([]byte, error) {
	LimitBody(c, limit)
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return nil, readError(err)
	}
	return body, nil
}

// readError tells a body that is too large from one that is incomplete.
func readError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return ErrTooLarge
	}
	return fmt.Errorf("%w (%w)", ErrMalformed, err)
}

// limitedBody fails when its sender exceeds the limit. Unlike http.MaxBytesReader it refuses a Content-Length over the
// limit unread, and its limit can be lowered.
type limitedBody struct {
	io.ReadCloser
	length int64 // the Content-Length, -1 when it is unknown
	limit  int64
	read   int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.length > b.limit || b.read > b.limit {
		return 0, &http.MaxBytesError{Limit: b.limit}
	}
	if rest := b.limit - b.read; int64(len(p)) > rest+1 {
		p = p[:rest+1] // one byte more tells a body that ends at the limit from one that goes on
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if b.read > b.limit {
		return n - 1, &http.MaxBytesError{Limit: b.limit}
	}
	return n, err
}
