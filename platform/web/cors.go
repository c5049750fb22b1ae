package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// The headers and methods of CORS, beyond the safelisted ones.
const (
	corsRequestHeaders  = "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-ID"
	corsResponseHeaders = "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Next-Cursor, X-Request-ID, X-Unread-Count"
	corsMethods         = "GET, HEAD, POST, PUT, PATCH, DELETE"
)

// cors lets pages of the allowed origins use the API with credentials (Fetch standard §3.2).
func cors(o *Origin) gin.HandlerFunc {
	return func(c *gin.Context) {
		if len(o.allowed) == 0 {
			return
		}
		h := c.Writer.Header()
		h.Add("Vary", "Origin")
		origin := c.GetHeader("Origin")
		if !o.allowed[origin] {
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", corsResponseHeaders)
		if c.Request.Method == http.MethodOptions && c.GetHeader("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", corsMethods)
			h.Set("Access-Control-Allow-Headers", corsRequestHeaders)
			h.Set("Access-Control-Max-Age", "600")
		}
	}
}
