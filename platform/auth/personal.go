package auth

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Scope is what a personal token may do.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"  // GET only
	ScopeWrite Scope = "write" // everything that personal tokens may do at all
)

// personalPrefix is how personal tokens start, so that people and scanners of secrets recognise them.
const personalPrefix = "cct_"

// NewPersonalToken returns a personal token: 130 random bits behind the prefix.
func NewPersonalToken() string { return personalPrefix + rand.Text() }

func isPersonal(token string) bool { return strings.HasPrefix(token, personalPrefix) }

// ErrInsufficientScope means that a personal token may not do this, or not with its scope (RFC 6750 §3.1).
var ErrInsufficientScope = apperr.New(apperr.Forbidden, "insufficient_scope",
	"A personal token may not do this, or not with its scope. Please sign in.", "개인 토큰으로는 할 수 없거나 토큰의 권한이 부족한 작업입니다. 로그인해서 진행해 주세요.")

// PersonalTokens looks up personal tokens. user.Service implements it.
type PersonalTokens interface {
	// Personal returns what a personal token allows. It returns [ErrInvalidToken] for an unknown token and
	// [ErrTokenExpired] for one that has expired.
	Personal(ctx context.Context, token string) (Personal, error)
}

// Personal is a valid personal token.
type Personal struct {
	UserID, TokenID int64
	Scope           Scope
	ExpiresAt       time.Time // zero if it does not expire
	Account         Account   // of the user
}

// AcceptPersonalTokens makes the guard accept personal tokens in the header, and where a socket sends its token. It must be
// called before requests are served. Without it personal tokens are invalid.
func (g *Guard) AcceptPersonalTokens(t PersonalTokens) { g.personal = t }

// mayUse reports whether what the viewer signed in with suffices for a request to a route that personal tokens may call, or
// may not.
func (v Viewer) mayUse(personal bool, method string) bool {
	return v.Scope == "" || personal && (v.Scope == ScopeWrite || safe(method))
}
