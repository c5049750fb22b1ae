package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

// minGzip is the smallest response that is compressed, in bytes. Smaller ones fit into a packet as they are.
const minGzip = 1 << 10

// gzipTag ends the ETag of a compressed response: it is another representation (RFC 9110 §8.8.3).
const gzipTag = "-gz"

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // cannot fail: the level is valid
	return w
}}

// Gzip returns the compressed body.
func Gzip(body []byte) []byte {
	var packed bytes.Buffer
	packed.Grow(len(body) / 3)
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(&packed)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return packed.Bytes()
}

// AcceptsGzip reads Accept-Encoding (RFC 9110 §12.5.3): the client accepts gzip if it names it, or else "*", with a weight
// above zero, and prefers it if no weight of identity is higher. Without the header it gets the plain form.
func AcceptsGzip(h http.Header) bool {
	lines := h["Accept-Encoding"]
	if len(lines) == 0 {
		return false
	}
	if len(lines) == 1 && lines[0] == "gzip" { // what Go sends
		return true
	}
	weights := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		coding, params, _ := strings.Cut(part, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding == "x-gzip" { // the same (RFC 9110 §8.4.1.3)
			coding = "gzip"
		}
		if _, repeated := weights[coding]; !repeated {
			weights[coding] = weight(params)
		}
	}
	q, named := weights["gzip"]
	if !named {
		q = weights["*"]
	}
	return q > 0 && q >= weights["identity"]
}

// weight returns the q parameter: 1 if there is none, 0 if it is invalid.
func weight(params string) float64 {
	name, value, found := strings.Cut(strings.TrimSpace(params), "=")
	if !found || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(q >= 0 && q <= 1) { // NaN is neither
		return 0
	}
	return q
}

// Fixed is a response that never changes.
type Fixed struct {
	contentType, tag string
	plain, gz        []byte
}

// NewFixed returns a response with this body.
func NewFixed(contentType string, body []byte) *Fixed {
	return &Fixed{contentType: contentType, tag: etagOf(body), plain: body, gz: Gzip(body)}
}

// Serve answers a GET, with 304 if If-None-Match matches.
func (f *Fixed) Serve(c *gin.Context) {
	send(c, f.contentType, f.tag, f.plain, func() []byte { return f.gz })
}

// send answers a GET with body, or with what pack returns if the client prefers gzip and the body is not small. It
// answers with 304 if If-None-Match has either form, because both have the same content.
//
// Compression shows in its length what a secret and the rest of a body have in common (BREACH). Only responses to GET are
// sent here: tokens are in responses to POST alone, and errors, which repeat names of the request, are never compressed.
func send(c *gin.Context, contentType, tag string, body []byte, pack func() []byte) {
	h := c.Writer.Header()
	cache(h, "no-cache")
	shown := `"` + tag + `"`
	large, packed := len(body) >= minGzip, false
	if large {
		h.Add("Vary", "Accept-Encoding")
		if packed = AcceptsGzip(c.Request.Header); packed {
			shown = `"` + tag + gzipTag + `"`
		}
	}
	h.Set("ETag", shown)
	if header := c.GetHeader("If-None-Match"); header != "" &&
		(matches(header, shown) || large && (matches(header, `"`+tag+`"`) || matches(header, `"`+tag+gzipTag+`"`))) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	if packed {
		body = pack()
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	c.Data(http.StatusOK, contentType, body)
}
