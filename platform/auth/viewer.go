// Package auth says who is asking and what they may do: it hashes passwords, signs and verifies tokens,
// and stands before every route as the [Guard], by the [Policy] that the route states. It knows accounts
// and sessions only by what [Sessions] tells; whether something is the viewer's own is decided where that
// something is loaded.
package auth

import (
	"time"

	"github.com/gin-gonic/gin"
)

// Role is what an account may do beyond its own things.
type Role string

// The roles.
const (
	RoleMember Role = "member"
	RoleAdmin  Role = "admin"
)

// Viewer is who sent a request, as its access token and the stored session say.
type Viewer struct {
	UserID    int64
	SessionID int64
	Role      Role
	ExpiresAt time.Time // of the access token
}

// Admin reports whether the viewer is an administrator.
func (v Viewer) Admin() bool { return v.Role == RoleAdmin }

// MayEdit reports whether the viewer owns something or is an administrator. An ownerID of 0 is nobody.
func (v Viewer) MayEdit(ownerID int64) bool {
	return v.Admin() || (ownerID != 0 && v.UserID == ownerID)
}

const (
	viewerKey = "auth.viewer"
	lapsedKey = "auth.lapsed"
)

// Lapsed reports whether the request came with the cookie of an access token that has run out, so that
// its browser may be signed in still: the refresh token tells.
func Lapsed(c *gin.Context) bool { return c.GetBool(lapsedKey) }

// ViewerOf returns who sent the request, and false when nobody is known.
func ViewerOf(c *gin.Context) (Viewer, bool) {
	v, ok := c.Value(viewerKey).(Viewer)
	return v, ok
}

// MustViewer returns who sent the request to a route whose policy requires that somebody did.
func MustViewer(c *gin.Context) Viewer { return c.MustGet(viewerKey).(Viewer) }
