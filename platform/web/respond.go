package web

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/fastjson"
	"github.com/cinecircle/cinecircle/platform/page"
)

// JSON writes v with an ETag of the encoded bytes. A GET with a matching If-None-Match is answered with 304
// (RFC 9110 §13.1.2).
func JSON(c *gin.Context, status int, v any) error {
	body, err := fastjson.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	Encoded(c, status, body)
	return nil
}

// Encoded is [JSON] for a value that is encoded already.
func Encoded(c *gin.Context, status int, body []byte) {
	h := c.Writer.Header()
	switch {
	case !isRead(c.Request.Method):
		cache(h, "no-store")
		h.Set("ETag", `"`+tagOf(c, body)+`"`)
	case status == http.StatusOK:
		Bytes(c, mediaJSON, body)
		return
	default:
		cache(h, "no-cache")
	}
	c.Data(status, mediaJSON, body)
}

// Bytes answers a GET with body, or with 304 if If-None-Match matches it.
func Bytes(c *gin.Context, contentType string, body []byte) {
	send(c, contentType, tagOf(c, body), body, func() []byte { return Gzip(body) })
}

// OK writes v with 200.
func OK(c *gin.Context, v any) error { return JSON(c, http.StatusOK, v) }

// Created writes v with 201 and the header Location.
func Created(c *gin.Context, location string, v any) error {
	c.Header("Location", location)
	return JSON(c, http.StatusCreated, v)
}

// NoContent answers 204.
func NoContent(c *gin.Context) error {
	cache(c.Writer.Header(), "no-store")
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}

// List writes the rows of a page, each converted by show. If there is a next page, Link has its address, which is
// absolute with a public URL so that pages of other origins can follow it, and X-Next-Cursor its cursor.
func List[T, R any](c *gin.Context, rows []T, next *page.Key, show func(T) R) error {
	body, err := fastjson.MarshalList(rows, show)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	if next != nil {
		q := c.Request.URL.Query()
		cursor := next.Cursor(listName(c))
		q.Set("cursor", cursor)
		c.Header("X-Next-Cursor", cursor)
		c.Header("Link", "<"+requestOf(c).public+c.Request.URL.EscapedPath()+"?"+q.Encode()+`>; rel="next"`)
	}
	Encoded(c, http.StatusOK, body)
	return nil
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// cache sets Cache-Control, unless the guard or the handler has set it.
func cache(h http.Header, directives string) {
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", directives)
	}
}

// etagOf returns what stands between the quotation marks of an ETag, the same on every instance. It needs no cryptographic hash: a client that finds a collision deceives
// only itself.
func etagOf(body []byte) string {
	return strconv.FormatUint(xxhash.Sum64(body), 36)
}

// matches reports whether an If-None-Match header contains the tag, by weak comparison.
func matches(header, tag string) bool {
	if header == "" {
		return false
	}
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}

// ServeWhole answers GET and HEAD of content with the headers that w has already, or with 304 if If-None-Match matches its
// ETag. It ignores ranges and other preconditions, as RFC 9110 §14.2 and §13.1 allow: net/http would answer 206, 412 and
// 416 without a problem document.
func ServeWhole(w http.ResponseWriter, r *http.Request, modified time.Time, content io.ReadSeeker) {
	for _, name := range []string{"Range", "If-Range", "If-Match", "If-Unmodified-Since"} {
		r.Header.Del(name)
	}
	http.ServeContent(whole{w}, r, "", modified, content)
}

// whole replaces the offer of ranges that http.ServeContent makes (RFC 9110 §14.3).
type whole struct{ http.ResponseWriter }

// WriteHeader implements [http.ResponseWriter].
func (w whole) WriteHeader(status int) {
	w.Header().Set("Accept-Ranges", "none")
	w.ResponseWriter.WriteHeader(status)
}
