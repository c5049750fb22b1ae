package auth

// Policy says who may call a route. Every route states one; there is no default.
type Policy string

// The policies. Whether something is the viewer's own is decided by the service that loads it; the
// guard lets nobody but signed-in members come that far.
const (
	Public   Policy = "public"   // anybody, and nobody is asked who they are
	Optional Policy = "optional" // anybody; who is signed in sees a little more
	Member   Policy = "member"   // whoever is signed in
	Owner    Policy = "owner"    // the owner of what is named, or an admin
	Author   Policy = "author"   // the author alone
	Admin    Policy = "admin"    // admins
	Socket   Policy = "socket"   // a member, judged after the upgrade because browsers cannot read a 401 there
)

// SignedIn reports whether the policy asks for a member.
func (p Policy) SignedIn() bool {
	return p == Member || p == Owner || p == Author || p == Admin
}

// known reports whether p is one of the policies above.
func (p Policy) known() bool {
	return p.SignedIn() || p == Public || p == Optional || p == Socket
}

// Class groups routes that share a request-rate limit.
type Class string

// The classes. Reads, sign-ups, sign-ins and sockets are counted by address, the others by member.
const (
	ClassRead   Class = "read"
	ClassWrite  Class = "write"
	ClassSignup Class = "signup"
	ClassLogin  Class = "login"
	ClassUpload Class = "upload"
	ClassSocket Class = "socket"
	ClassNone   Class = "none" // never limited: probes
)
