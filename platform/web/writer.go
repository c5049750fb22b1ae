package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// beginResponses calls [request.begin] for every response.
func beginResponses(c *gin.Context) {
	r := requestOf(c)
	r.writer = responseWriter{ResponseWriter: c.Writer, request: r}
	c.Writer = &r.writer
	c.Next()
	r.begin() // gin writes a response that has a status only after the last handler
}

// begin is called before the header of the response is written, and maybe again. It releases the slot of the request and
// ends the reading of its body.
func (r *request) begin() {
	r.slot.release()
	if r.arriving != nil {
		r.arriving.finish(r.writer.Header())
	}
}

// responseWriter tells the request that its response begins.
type responseWriter struct {
	gin.ResponseWriter
	request *request
	failed  bool // the client did not take all of the response
}

func (w *responseWriter) Write(b []byte) (int, error) {
	w.request.begin()
	n, err := w.ResponseWriter.Write(b)
	w.failed = w.failed || err != nil
	return n, err
}

// WriteString implements io.StringWriter.
func (w *responseWriter) WriteString(s string) (int, error) {
	w.request.begin()
	n, err := w.ResponseWriter.WriteString(s)
	w.failed = w.failed || err != nil
	return n, err
}

// WriteHeaderNow writes the header of a response without a body.
func (w *responseWriter) WriteHeaderNow() {
	w.request.begin()
	w.ResponseWriter.WriteHeaderNow()
}

// Flush implements http.Flusher.
func (w *responseWriter) Flush() {
	w.request.begin()
	w.ResponseWriter.Flush()
}

// Unwrap is for http.ResponseController.
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
