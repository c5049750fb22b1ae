// Package auth authenticates and authorises requests: it hashes passwords, signs and verifies tokens,
// and checks the [Policy] of every route in the [Guard]. It knows accounts and sessions through [Sessions] only. Whether
// a resource belongs to the viewer is decided by the service that loads it.
package auth

import (
	"time"

	"github.com/gin-gonic/gin"
)

// Role determines what an account may do with resources of others.
type Role string

// The roles. Each may do what the one before may.
const (
	RoleMember    Role = "member"
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin"
)

// Viewer is the user who sent a request, from its access token and the stored session, or who reads. The zero value is
// anonymous.
type Viewer struct {
	UserID    int64
	SessionID int64     // 0 for a personal token
	TokenID   int64     // of the personal token, 0 for a session
	Scope     Scope     // of the personal token, "" for a session, which may do everything
	ExpiresAt time.Time // of the access token or personal token, zero for a personal token that does not expire
	Role      Role
	Spoilers  string // see Account
	Hides     bool   // see Account

	Status      Status // see Account
	Restriction Restriction
	New         bool
}

// Account is what is looked up of the account of a session with every request.
type Account struct {
	Role     Role
	Spoilers string // how the member wants spoilers to be shown
	Hides    bool   // whether the member has blocked or muted somebody

	Status      Status // anything else than pending and suspended is active
	Restriction Restriction
	New         bool // so young that it has lower rates
}

// viewer returns v with the fields of the account.
func (a Account) viewer(v Viewer) Viewer {
	v.Role, v.Spoilers, v.Hides = a.Role, a.Spoilers, a.Hides
	v.Status, v.Restriction, v.New = a.Status, a.Restriction, a.New
	return v
}

// Credential identifies what the viewer signed in with, for sockets: the id of the session, or the negated id of the
// personal token.
func (v Viewer) Credential() int64 {
	if v.TokenID != 0 {
		return -v.TokenID
	}
	return v.SessionID
}

// Admin reports whether the viewer is an admin. A pending or suspended account has no powers.
func (v Viewer) Admin() bool { return v.Role == RoleAdmin && v.active() }

// Moderates reports whether the viewer is a moderator or an admin. A pending or suspended account has no powers.
func (v Viewer) Moderates() bool {
	return (v.Role == RoleModerator || v.Role == RoleAdmin) && v.active()
}

// MayEdit reports whether the viewer is the owner of a resource or an admin. An ownerID of 0 means no owner.
func (v Viewer) MayEdit(ownerID int64) bool {
	return v.Admin() || (ownerID != 0 && v.UserID == ownerID)
}

const (
	viewerKey = "auth.viewer"
	lapsedKey = "auth.lapsed"
)

// Lapsed reports whether the request has access cookies, none of which is valid: the token has expired, or something
// else on the host or a parent domain has overwritten it. The browser may still have a valid refresh token.
func Lapsed(c *gin.Context) bool { return c.GetBool(lapsedKey) }

// ViewerOf returns the viewer of the request, and false for an anonymous one.
func ViewerOf(c *gin.Context) (Viewer, bool) {
	v, ok := c.Value(viewerKey).(Viewer)
	return v, ok
}

// Reader returns the viewer of the request, the zero value for an anonymous one.
func Reader(c *gin.Context) Viewer {
	v, _ := ViewerOf(c)
	return v
}

// MustViewer returns the viewer of a request to a route whose policy requires one. It panics without one.
func MustViewer(c *gin.Context) Viewer { return c.MustGet(viewerKey).(Viewer) }
