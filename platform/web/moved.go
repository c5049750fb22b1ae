package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Successor returns the id of what replaces a thing that is gone, 0 for nothing.
type Successor func(ctx context.Context, id int64) (int64, error)

// FollowMoved returns err, unless it is a 404 and the thing that a parameter of the path names was replaced by another. Then
// it redirects to the same path of that one, with the same query: with 301 for reads, and for other methods with 308, which
// keeps method and body (RFC 9110 §15.4.9).
func FollowMoved(c *gin.Context, err error, param string, successor Successor) error {
	if e, ok := errors.AsType[*apperr.Error](err); !ok || e.Kind != apperr.NotFound {
		return err
	}
	id, ok := ParseID(c.Param(param))
	if !ok {
		return err
	}
	into, failed := successor(c.Request.Context(), id)
	if failed != nil {
		return failed
	}
	if into == 0 {
		return err
	}
	status, directives := http.StatusPermanentRedirect, "no-store"
	if isRead(c.Request.Method) {
		status, directives = http.StatusMovedPermanently, "no-cache"
	}
	cache(c.Writer.Header(), directives)
	c.Header("Location", withParam(c, param, into))
	c.Status(status)
	c.Writer.WriteHeaderNow()
	return nil
}

// withParam returns the path and query of the request with another value of a parameter.
func withParam(c *gin.Context, param string, id int64) string {
	segments := strings.Split(c.Request.URL.EscapedPath(), "/")
	segments[slices.Index(strings.Split(c.FullPath(), "/"), ":"+param)] = strconv.FormatInt(id, 10)
	to := strings.Join(segments, "/")
	if query := c.Request.URL.RawQuery; query != "" {
		to += "?" + query
	}
	return to
}
