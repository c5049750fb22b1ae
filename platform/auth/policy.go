package auth

import "github.com/cinecircle/cinecircle/platform/apperr"

// Policy determines who may call a route. Every route has one; there is no default.
type Policy string

// The policies. For Owner, Author and Moderator the guard requires a signed-in member; the handler decides once the resource is
// loaded, because what does not exist is 404 also for those who may not change it.
const (
	Public   Policy = "public"   // all clients; tokens are ignored
	Optional Policy = "optional" // all clients; signed-in members get additional data
	Member   Policy = "member"   // signed-in members
	Owner    Policy = "owner"    // the owner of the resource, or an admin
	Author   Policy = "author"   // the author only
	Admin    Policy = "admin"    // admins

	Moderator Policy = "moderator" // moderators and admins
	Socket    Policy = "socket"    // a member, checked after the upgrade, because browsers cannot read the 401 of a handshake
)

// Rule is who may call a route, and how often.
type Rule struct {
	Policy     Policy
	Class      Class
	Personal   bool // personal tokens may call it, each within its scope
	Restricted bool // pending and suspended members may call it although it is a write
}

// admit returns why the viewer may not call the route with the method, or nil.
func (r Rule) admit(v Viewer, method string) error {
	if !v.mayUse(r.Personal, method) {
		return ErrInsufficientScope
	}
	if r.Policy == Moderator || r.Policy == Admin || !r.Restricted && !safe(method) {
		if err := v.restricted(); err != nil {
			return err
		}
	}
	if r.Policy == Admin && !v.Admin() {
		return apperr.ErrForbidden
	}
	return nil
}

// SignedIn reports whether the policy requires a signed-in member.
func (p Policy) SignedIn() bool {
	return p == Member || p == Owner || p == Author || p == Moderator || p == Admin
}

// known reports whether p is one of the policies.
func (p Policy) known() bool {
	return p.SignedIn() || p == Public || p == Optional || p == Socket
}

// Class is a group of routes with a common rate limit.
type Class string

// The classes. Write and upload are limited per member, or per address if nobody is signed in, the others per address.
const (
	ClassRead   Class = "read"
	ClassWrite  Class = "write"
	ClassSignup Class = "signup"
	ClassLogin  Class = "login"
	ClassUpload Class = "upload"
	ClassSocket Class = "socket"
	ClassNone   Class = "none" // not limited: probes
)
