package web

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// NoRoute returns the handler for requests that no route matches. A path with other methods is a 405 with Allow, or a 204
// for OPTIONS; any other path is a 404.
//
// gin's own search for other methods is switched off: some requests that no route matches ended in a panic in it, before
// any middleware could recover (v1.12).
func NoRoute(e *gin.Engine) Handler {
	table := sync.OnceValue(e.Routes) // complete, because routes are registered before the first request
	return func(c *gin.Context) error {
		path := c.Request.URL.Path
		if raw := c.Request.URL.RawPath; raw != "" {
			path = raw // as gin matches it
		}
		var allow []string
		for _, r := range table() {
			if r.Path == path && r.Method == http.MethodOptions { // registered with NotAllowed
				r.HandlerFunc(c)
				return nil
			}
			if Fits(path, r.Path) && !slices.Contains(allow, r.Method) {
				allow = append(allow, r.Method)
			}
		}
		if len(allow) == 0 {
			return apperr.ErrNotFound
		}
		slices.Sort(allow)
		return NotAllowed(strings.Join(append(allow, http.MethodOptions), ", "))(c)
	}
}

// NotAllowed returns a handler for methods that a path does not have: 204 for OPTIONS, 405 for any other, both with the
// header Allow.
func NotAllowed(allow string) Handler {
	return func(c *gin.Context) error {
		c.Header("Allow", allow)
		if c.Request.Method != http.MethodOptions {
			return ErrMethodNotAllowed
		}
		return NoContent(c)
	}
}

// Fits reports whether a path matches a pattern such as /users/:user_id.
func Fits(path, pattern string) bool {
	for {
		segment, rest, more := strings.Cut(path, "/")
		want, left, wantsMore := strings.Cut(pattern, "/")
		switch {
		case strings.HasPrefix(want, "*"):
			return true
		case strings.HasPrefix(want, ":") && segment == "", !strings.HasPrefix(want, ":") && segment != want, more != wantsMore:
			return false
		case !more:
			return true
		}
		path, pattern = rest, left
	}
}
