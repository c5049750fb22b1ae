package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/page"
)

// JSON writes v with an ETag of the very bytes. A GET is answered with 304 when the client has them
// already (RFC 9110 §13.1.2).
func JSON(c *gin.Context, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	h := c.Writer.Header()
	if !isRead(c.Request.Method) {
		cache(h, "no-store")
		h.Set("ETag", etag(body))
		c.Data(status, "application/json", body)
		return nil
	}
	if status == http.StatusOK {
		Bytes(c, "application/json", body)
		return nil
	}
	cache(h, "no-cache")
	c.Data(status, "application/json", body)
	return nil
}

// Bytes answers a GET with body, or with 304 when the client has it already.
func Bytes(c *gin.Context, contentType string, body []byte) {
	h := c.Writer.Header()
	cache(h, "no-cache")
	tag := etag(body)
	h.Set("ETag", tag)
	if matches(c.GetHeader("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	c.Data(http.StatusOK, contentType, body)
}

// OK writes v with 200.
func OK(c *gin.Context, v any) error { return JSON(c, http.StatusOK, v) }

// Created writes v with 201 and says where it can be found from now on.
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

// List writes the rows of a page, each as show makes it, and links to the next page if there is one.
func List[T, R any](c *gin.Context, rows []T, next *page.Key, show func(T) R) error {
	out := make([]R, len(rows))
	for i, row := range rows {
		out[i] = show(row)
	}
	if next != nil {
		q := c.Request.URL.Query()
		q.Set("cursor", encodeCursor(c, *next))
		c.Header("Link", "<"+c.Request.URL.EscapedPath()+"?"+q.Encode()+`>; rel="next"`)
	}
	return JSON(c, http.StatusOK, out)
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// cache says how an answer may be kept, unless the guard or the handler has said it.
func cache(h http.Header, how string) {
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", how)
	}
}

// etag is the same on every instance. It has to tell versions of one resource apart, not to withstand anybody
// who looks for two with the same one: whoever could, would only fool themselves.
func etag(body []byte) string {
	return `"` + strconv.FormatUint(xxhash.Sum64(body), 36) + `"`
}

// matches compares weakly, as If-None-Match does.
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
