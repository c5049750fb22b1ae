package web

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Options is what every request needs.
type Options struct {
	Log         *slog.Logger
	Edge        *Edge
	Observe     func(route, method string, status int, seconds float64) // may be nil
	MaxInFlight int                                                     // requests worked on at once; 0 means DefaultInFlight
	Patience    time.Duration                                           // with slow bodies; 0 means Patience
}

// NewEngine returns a gin engine with what every request passes: its id, the access log, recovery
// from panics, security headers, CORS, and problem documents for what no route answers.
func NewEngine(o Options) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = false // see noRoute
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.ContextWithFallback = false
	e.UseRawPath = true                          // %2F is a letter of a segment, not the end of one: /users%2Fme is not /users/me
	_ = e.SetTrustedProxies(o.Edge.proxyNames()) // parsed by NewEdge already
	if o.MaxInFlight == 0 {
		o.MaxInFlight = DefaultInFlight
	}
	if o.Patience == 0 {
		o.Patience = Patience
	}
	e.Use(
		requestID,
		accessLog(o),
		recovery(o.Log),
		securityHeaders(o.Edge),
		cors(o.Edge),
		paced(o.Patience),
		inFlight(o.MaxInFlight),
	)
	e.NoRoute(Handle(noRoute(e)))
	return e
}

// NotAllowed returns a handler for methods that a path does not have. OPTIONS asks just for that.
func NotAllowed(allow string) Handler {
	return func(c *gin.Context) error {
		c.Header("Allow", allow)
		if c.Request.Method != http.MethodOptions {
			return ErrMethodNotAllowed
		}
		return NoContent(c)
	}
}

// The headers that suit an answer of an API; pages set a policy of their own. Whoever changes one puts
// another slice in its place, so all answers may share these.
var (
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	denyFrames = []string{"DENY"}
	loadsNone  = []string{"default-src 'none'; frame-ancestors 'none'"}
)

func securityHeaders(edge *Edge) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h["X-Content-Type-Options"] = noSniff
		h["Referrer-Policy"] = noReferrer
		h["X-Frame-Options"] = denyFrames
		h["Content-Security-Policy"] = loadsNone
		if edge.HTTPS(c.Request) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		c.Next()
	}
}
