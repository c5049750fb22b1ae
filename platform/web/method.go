package web

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// noRoute answers what no route does: where the path has other methods with 405 and Allow, or 204 to
// OPTIONS, and with 404 elsewhere.
//
// gin would find the methods by itself, but going from the tree of one method to the next it keeps what
// it skipped in the one before (v1.12, Engine.handleHTTPRequest), and panics at a path such as /users/me/ before
// any middleware is there to recover.
func noRoute(e *gin.Engine) Handler {
	table := sync.OnceValue(e.Routes) // complete, because routes are registered before the first request
	return func(c *gin.Context) error {
		path := c.Request.URL.Path
		if raw := c.Request.URL.RawPath; raw != "" {
			path = raw // as gin has it
		}
		var allow []string
		for _, r := range table() {
			if r.Path == path && r.Method == http.MethodOptions { // by NotAllowed: a literal path that closed itself
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

// Fits reports whether a path is one of those that a pattern such as /users/:user_id stands for.
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
