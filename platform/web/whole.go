package web

import (
	"io"
	"net/http"
	"time"
)

// ServeWhole answers GET and HEAD of content with the headers that w has already, and with 304 where
// If-None-Match has the ETag among them. Ranges and preconditions are ignored, as RFC 9110 §14.2 and §13.1
// allow for what never changes under anybody's hands: net/http would answer 206, 412 and 416 in its own words.
func ServeWhole(w http.ResponseWriter, r *http.Request, modified time.Time, content io.ReadSeeker) {
	for _, name := range []string{"Range", "If-Range", "If-Match", "If-Unmodified-Since"} {
		r.Header.Del(name)
	}
	http.ServeContent(w, r, "", modified, content)
}
