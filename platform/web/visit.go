package web

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/page"
)

// visit is what is known of a request while it is served. It is one value in gin's context, because each
// of those costs more than all that is in here.
type visit struct {
	requestID string
	clientIP  string // "" until somebody asks
	viewerID  int64  // 0 when nobody is known
	query     any    // a pointer to what the route declares, once it is bound
	page      *page.Page
	place     place
	writer    leavingWriter
}

const visitKey = "web.visit"

func visitOf(c *gin.Context) *visit {
	if v, ok := c.Get(visitKey); ok {
		return v.(*visit)
	}
	v := &visit{}
	c.Set(visitKey, v)
	return v
}

// RequestID returns the id of the request, the caller's when it sent a sane one.
func RequestID(c *gin.Context) string { return visitOf(c).requestID }

// ClientIP returns the address of the client, as the proxies that are trusted tell it.
func ClientIP(c *gin.Context) string {
	v := visitOf(c)
	if v.clientIP == "" {
		v.clientIP = c.ClientIP()
	}
	return v.clientIP
}

// SetViewerID tells the access log who is asking.
func SetViewerID(c *gin.Context, id int64) { visitOf(c).viewerID = id }

// Query returns the query of the request, which the route declares as a T.
func Query[T any](c *gin.Context) T { return *visitOf(c).query.(*T) }

// PageOf returns the page that the query asks for.
func PageOf(c *gin.Context) page.Page { return *visitOf(c).page }
