package web

import (
	"context"
	"crypto/rand"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
)

// request holds everything this package knows of a request. It is one value in gin's context, because each value there
// costs more than all of these fields.
//
// It is also the context of the request, so that what is logged for it can name it.
type request struct {
	context.Context
	id       string
	clientIP string // "" until it is first needed
	viewerID int64  // 0 for an anonymous request
	charge   limit.Charge
	query    any // a pointer to the query struct of the route, once it is bound
	page     *page.Page
	version  string // of the resource in the response, see SetVersion
	public   string // the public URL, "" when it is unknown
	slot     slot
	body     limitedBody   // of a request that has one
	large    *largeBodies  // likewise
	arriving *bodyDeadline // the same body on a connection
	received *received     // the body, if it was read before the handler
	writer   responseWriter
	panicked bool
}

const requestKey = "web.request"

func requestOf(c *gin.Context) *request {
	if r, ok := c.Get(requestKey); ok {
		return r.(*request)
	}
	r := &request{}
	c.Set(requestKey, r)
	return r
}

// RequestID returns the id of the request: the caller's X-Request-ID if it is valid, a random one otherwise.
func RequestID(c *gin.Context) string { return requestOf(c).id }

// contextKey is the key of the request in its own context.
type contextKey struct{}

// Value implements [context.Context].
func (r *request) Value(key any) any {
	switch key {
	case contextKey{}:
		return r
	case limit.ChargeKey{}:
		return r.charge
	}
	return r.Context.Value(key)
}

// RequestIDOf returns the id of the request that ctx comes from, "" outside of requests.
func RequestIDOf(ctx context.Context) string {
	if r, ok := ctx.Value(contextKey{}).(*request); ok {
		return r.id
	}
	return ""
}

// ViewerIDOf returns the id of the user who sent the request that ctx comes from, 0 for an anonymous request and outside of
// requests.
func ViewerIDOf(ctx context.Context) int64 {
	if r, ok := ctx.Value(contextKey{}).(*request); ok {
		return r.viewerID
	}
	return 0
}

// ClientIP returns the address of the client, taken from the headers of trusted proxies.
func ClientIP(c *gin.Context) string {
	r := requestOf(c)
	if r.clientIP == "" {
		r.clientIP = c.ClientIP()
	}
	return r.clientIP
}

// SetViewerID records the user who sent the request, for the log.
func SetViewerID(c *gin.Context, id int64) { requestOf(c).viewerID = id }

// SetCharge sets what [limit.Spend] calls with the context of the request.
func SetCharge(c *gin.Context, charge limit.Charge) { requestOf(c).charge = charge }

// Query returns the bound query of the request. T is the type that the route declares.
func Query[T any](c *gin.Context) T { return *requestOf(c).query.(*T) }

const queryErrorKey = "web.query_error"

// SetQueryError stores why the query is invalid for a handler that answers that itself.
func SetQueryError(c *gin.Context, err error) { c.Set(queryErrorKey, err) }

// QueryError returns what was stored by [SetQueryError], nil if nothing was. There is no [Query] then.
func QueryError(c *gin.Context) error {
	err, _ := c.Value(queryErrorKey).(error)
	return err
}

// PageOf returns the page that the query asks for.
func PageOf(c *gin.Context) page.Page { return *requestOf(c).page }

func requestID(c *gin.Context) {
	id := c.GetHeader("X-Request-ID")
	if !validRequestID(id) {
		id = rand.Text()
	}
	r := requestOf(c)
	r.Context, r.id = c.Request.Context(), id
	c.Request = c.Request.WithContext(r)
	c.Header("X-Request-ID", id)
	c.Next()
}

// findClientIP makes the address known to what has only the context of the request. It runs after forwardedFor.
func findClientIP(c *gin.Context) { ClientIP(c) }

// originOfRequests tells every request the public URL.
func originOfRequests(o *Origin) gin.HandlerFunc {
	return func(c *gin.Context) { requestOf(c).public = o.public }
}

// validRequestID matches [A-Za-z0-9._-]{1,128}.
func validRequestID(s string) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
		default:
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 128
}
