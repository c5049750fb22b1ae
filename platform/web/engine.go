package web

import (
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"
)

// Options configures an engine. A zero MaxInFlight or Patience means its default.
type Options struct {
	Log         *slog.Logger
	Origin      *Origin
	Observe     func(route, method string, status int, seconds float64) // called after each request; may be nil
	MaxInFlight int                                                     // requests handled at once
	Patience    time.Duration                                           // how long a body may pause
	Korean      bool                                                    // the language for clients that name neither Korean nor English
}

// NewEngine returns a gin engine with the middleware of every request: request id, access log, recovery
// from panics, security headers, CORS, limits of bodies and of requests in flight, and problem documents
// where no route matches.
func NewEngine(o Options) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = false // see NoRoute
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.ContextWithFallback = false
	e.UseRawPath = true                            // %2F is part of a segment: /users%2Fme is not /users/me
	_ = e.SetTrustedProxies(o.Origin.proxyNames()) // NewOrigin parsed them
	e.RemoteIPHeaders = []string{"X-Forwarded-For"}
	if o.MaxInFlight == 0 {
		o.MaxInFlight = DefaultInFlight
	}
	if o.Patience == 0 {
		o.Patience = Patience
	}
	if o.Korean {
		e.Use(func(c *gin.Context) { c.Set(koreanKey, true) })
	}
	e.Use(
		requestID,
		originOfRequests(o.Origin),
		forwardedFor(o.Origin),
		findClientIP,
		beginResponses,
		accessLog(o),
		recovery(o.Log),
		securityHeaders(o.Origin),
		cors(o.Origin),
		limitBodies(o.Patience),
		inFlight(o.MaxInFlight),
	)
	e.NoRoute(Handle(NoRoute(e)))
	return e
}

// The security headers of an API response; pages set their own policy. All responses share these slices, so a header is
// changed by replacing its slice.
var (
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	denyFrames = []string{"DENY"}
	loadsNone  = []string{"default-src 'none'; frame-ancestors 'none'"}
)

func securityHeaders(origin *Origin) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h["X-Content-Type-Options"] = noSniff
		h["Referrer-Policy"] = noReferrer
		h["X-Frame-Options"] = denyFrames
		h["Content-Security-Policy"] = loadsNone
		if origin.HTTPS(c.Request) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		c.Next()
	}
}
