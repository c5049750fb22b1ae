package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// ErrUserGone says that a token is good but its user is no more. To a client it is invalid_token.
var ErrUserGone = fmt.Errorf("user is gone: %w", ErrInvalidToken)

// Sessions knows which sessions stand. The accounts implement it.
type Sessions interface {
	// Standing returns the role of the user if the session is theirs and has not ended;
	// ErrUserGone or ErrInvalidToken otherwise.
	Standing(ctx context.Context, userID, sessionID int64) (Role, error)
}

// Guard stands before every route: it finds out who is asking, counts requests, and turns away who
// may not pass.
type Guard struct {
	tokens   *Tokens
	sessions Sessions
	edge     *web.Edge
	limiter  limit.Limiter
	rates    map[Class]limit.Rate
}

// NewGuard returns a guard. A class without a rate is not limited.
func NewGuard(t *Tokens, s Sessions, e *web.Edge, l limit.Limiter, rates map[Class]limit.Rate) *Guard {
	return &Guard{tokens: t, sessions: s, edge: e, limiter: l, rates: rates}
}

// Authenticate returns who holds an access token: ErrInvalidToken, ErrTokenExpired or ErrUserGone
// when nobody does.
func (g *Guard) Authenticate(ctx context.Context, token string) (Viewer, error) {
	access, err := g.tokens.ParseAccess(token)
	if err != nil {
		return Viewer{}, err
	}
	role, err := g.sessions.Standing(ctx, access.UserID, access.SessionID)
	if err != nil {
		return Viewer{}, err
	}
	return Viewer{UserID: access.UserID, SessionID: access.SessionID, Role: role, ExpiresAt: access.ExpiresAt}, nil
}

// Enter returns the middleware of a route, in the contract's order of checks: 429, 401, 403.
// It panics on a policy that does not exist, because such a route must not start.
func (g *Guard) Enter(p Policy, class Class) web.Handler {
	if !p.known() {
		panic(fmt.Sprintf("auth: a route has the unknown policy %q", p))
	}
	return func(c *gin.Context) error {
		viewer, byCookie, who := g.identify(c, p)
		if err := g.count(c, class, viewer.UserID); err != nil {
			return err
		}
		if p.SignedIn() && who != nil {
			return who
		}
		if byCookie && !safe(c.Request.Method) && g.edge.Foreign(c.Request) {
			return web.ErrCrossOrigin
		}
		if p == Admin && !viewer.Admin() {
			return apperr.ErrForbidden
		}
		if p.SignedIn() || p == Optional {
			c.Writer.Header().Add("Vary", "Authorization, Cookie")
		}
		if who == nil && viewer.UserID != 0 {
			c.Header("Cache-Control", "private, no-cache")
		}
		return nil
	}
}

// identify finds the viewer unless the policy does not care. The header counts before the cookie,
// without a second try.
func (g *Guard) identify(c *gin.Context, p Policy) (v Viewer, byCookie bool, err error) {
	if p == Public || p == Socket {
		return Viewer{}, false, nil
	}
	token, byCookie, err := Credentials(c.Request)
	if err != nil {
		return Viewer{}, false, err
	}
	v, err = g.Authenticate(c.Request.Context(), token)
	if err != nil {
		c.Set(lapsedKey, byCookie && errors.Is(err, ErrTokenExpired))
		return Viewer{}, byCookie, err
	}
	c.Set(viewerKey, v)
	web.SetViewerID(c, v.UserID)
	return v, byCookie, nil
}

// Credentials finds the token of a request, and whether it came as a cookie: in the Authorization header,
// where one of the others looks, in the cookie. The first that is there counts, without a second try.
// The error is [ErrUnauthorized] when there is none, and [ErrInvalidToken] for a header that cannot be read.
func Credentials(r *http.Request, others ...func(*http.Request) string) (token string, byCookie bool, err error) {
	if header := r.Header.Get("Authorization"); header != "" {
		token, ok := BearerToken(header)
		if !ok {
			return "", false, ErrInvalidToken
		}
		return token, false, nil
	}
	for _, look := range others {
		if token := look(r); token != "" {
			return token, false, nil
		}
	}
	if cookie, err := r.Cookie(AccessCookie); err == nil && cookie.Value != "" {
		return cookie.Value, true, nil
	}
	return "", false, ErrUnauthorized
}

// BearerToken returns the token of an Authorization header (RFC 6750 §2.1).
func BearerToken(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// count takes one request from the rate of its class.
func (g *Guard) count(c *gin.Context, class Class, userID int64) error {
	rate, limited := g.rates[class]
	if !limited {
		return nil
	}
	key := string(class) + ":ip:" + limit.AddressKey(web.ClientIP(c))
	if userID != 0 && (class == ClassWrite || class == ClassUpload) {
		key = string(class) + ":user:" + strconv.FormatInt(userID, 10)
	}
	wait, err := g.limiter.Allow(c.Request.Context(), key, rate)
	if err != nil {
		return fmt.Errorf("count a request of class %s: %w", class, err)
	}
	if wait > 0 {
		return apperr.ErrTooMany.After(wait)
	}
	return nil
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
