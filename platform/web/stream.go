package web

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	// streamTime is how long a stream may take; the patience of connections ends those that nobody reads.
	streamTime   = time.Hour
	streamBuffer = 32 << 10
)

// Stream answers a GET with what write writes, which may be more than fits into memory. An error of write before anything
// was sent is rendered as usual. Later it cuts the connection, so that no client takes a part for the whole. A HEAD gets
// the header only, and write is not called.
func Stream(c *gin.Context, contentType string, write func(w io.Writer) error) error {
	h := c.Writer.Header()
	h.Set("Content-Type", contentType)
	if c.Request.Method == http.MethodHead {
		c.Status(http.StatusOK)
		c.Writer.WriteHeaderNow()
		return nil
	}
	// In a test there is no connection, and nothing to set.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(streamTime))
	out := bufio.NewWriterSize(c.Writer, streamBuffer)
	err := write(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		return nil
	}
	if !c.Writer.Written() {
		h.Del("Content-Type")
		h.Del("Content-Disposition")
		return err
	}
	_ = c.Error(fmt.Errorf("stream a response: %w", err)) // for the log; gin only returns it
	panic(http.ErrAbortHandler)
}
