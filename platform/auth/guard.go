package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/web"
)

// ErrUserGone means that a token is valid but its user was deleted. To a client it is invalid_token.
var ErrUserGone = fmt.Errorf("user is gone: %w", ErrInvalidToken)

// Sessions reports whether a session is still active. user.Service implements it.
type Sessions interface {
	// Active returns the account of the user if the session is active and belongs to them. Otherwise it returns
	// ErrUserGone or ErrInvalidToken.
	Active(ctx context.Context, userID, sessionID int64) (Account, error)
}

// Guard is the middleware of every route: it authenticates the request, applies the rate limit and checks the policy.
type Guard struct {
	tokens   *Tokens
	sessions Sessions
	personal PersonalTokens // nil if they are not accepted
	origin   *web.Origin
	limiter  limit.Limiter
	rates    Rates
	policies map[Class]string // RateLimit-Policy of the classes in rates.Each that have one
	log      *slog.Logger
}

// NewGuard returns a guard that logs throttled sign-ins as security events.
func NewGuard(t *Tokens, s Sessions, o *web.Origin, l limit.Limiter, rates Rates, log *slog.Logger) *Guard {
	policies := map[Class]string{}
	for class, each := range rates.Each {
		if !each.Unlimited() {
			policies[class] = each.Policy(string(class))
		}
	}
	return &Guard{tokens: t, sessions: s, origin: o, limiter: l, rates: rates, policies: policies, log: log}
}

// Authenticate returns the viewer of the first valid access token. If none is valid, the error is the most helpful one
// of ErrTokenExpired, ErrUserGone, ErrInvalidToken, and ErrUnauthorized for no token.
func (g *Guard) Authenticate(ctx context.Context, tokens ...string) (Viewer, error) {
	var refused error = ErrUnauthorized
	for _, token := range tokens {
		viewer, err := g.authenticate(ctx, token)
		if err == nil || !refusesToken(err) {
			return viewer, err
		}
		refused = moreHelpful(refused, err)
	}
	return Viewer{}, refused
}

func refusesToken(err error) bool {
	return errors.Is(err, ErrInvalidToken) || errors.Is(err, ErrTokenExpired)
}

// moreHelpful returns the error that tells a client more: with an expired token it can refresh.
func moreHelpful(a, b error) error {
	for _, err := range []error{ErrTokenExpired, ErrUserGone, ErrInvalidToken} {
		switch {
		case errors.Is(a, err):
			return a
		case errors.Is(b, err):
			return b
		}
	}
	return a
}

func (g *Guard) authenticate(ctx context.Context, token string) (Viewer, error) {
	if isPersonal(token) && g.personal != nil {
		p, err := g.personal.Personal(ctx, token)
		if err != nil {
			return Viewer{}, err
		}
		return p.Account.viewer(Viewer{UserID: p.UserID, TokenID: p.TokenID, Scope: p.Scope, ExpiresAt: p.ExpiresAt}), nil
	}
	access, err := g.tokens.ParseAccess(token)
	if err != nil {
		return Viewer{}, err
	}
	account, err := g.sessions.Active(ctx, access.UserID, access.SessionID)
	if err != nil {
		return Viewer{}, err
	}
	return account.viewer(Viewer{UserID: access.UserID, SessionID: access.SessionID, ExpiresAt: access.ExpiresAt}), nil
}

// Enter returns the middleware of a route. It checks in the order 429, 401, 403 cross_origin, 403, and reads no body. It
// panics on an unknown policy, so that such a route stops the start.
func (g *Guard) Enter(r Rule) web.Handler {
	p := r.Policy
	if !p.known() {
		panic(fmt.Sprintf("auth: a route has the unknown policy %q", p))
	}
	return func(c *gin.Context) error {
		viewer, byCookie, authErr := g.identify(c, p)
		if err := g.count(c, r.Class, viewer); err != nil {
			return err
		}
		if p.SignedIn() && authErr != nil {
			return authErr
		}
		if byCookie && !safe(c.Request.Method) && g.origin.Foreign(c.Request) {
			return web.ErrCrossOrigin
		}
		if err := r.admit(viewer, c.Request.Method); err != nil {
			return err
		}
		if p.SignedIn() || p == Optional {
			c.Writer.Header().Add("Vary", "Authorization, Cookie")
		}
		if authErr == nil && viewer.UserID != 0 {
			c.Header("Cache-Control", "private, no-cache")
		}
		return nil
	}
}

// identify returns the viewer, unless the policy does not need one. If there is an Authorization header, the cookie is
// ignored, even if the header is invalid.
func (g *Guard) identify(c *gin.Context, p Policy) (v Viewer, byCookie bool, err error) {
	if p == Public || p == Socket {
		return Viewer{}, false, nil
	}
	tokens, byCookie, err := Credentials(c.Request)
	if err != nil {
		c.Set(lapsedKey, errors.Is(err, ErrUnauthorized) && (sent(c.Request, SecureAccessCookie) || sent(c.Request, AccessCookie)))
		return Viewer{}, false, err
	}
	v, err = g.Authenticate(c.Request.Context(), tokens...)
	if err != nil {
		c.Set(lapsedKey, byCookie && refusesToken(err))
		return Viewer{}, byCookie, err
	}
	c.Set(viewerKey, v)
	web.SetViewerID(c, v.UserID)
	return v, byCookie, nil
}

// Credentials returns the tokens of a request and whether they are from cookies. It looks in the Authorization header,
// with each of others, and in the cookies, and returns what it finds first, valid or not. Only of cookies there can be
// several.
// The error is [ErrUnauthorized] if there is none, and [ErrInvalidToken] for a malformed header.
func Credentials(r *http.Request, others ...func(*http.Request) string) (tokens []string, byCookie bool, err error) {
	if header := r.Header.Get("Authorization"); header != "" {
		token, ok := BearerToken(header)
		if !ok {
			return nil, false, ErrInvalidToken
		}
		return []string{token}, false, nil
	}
	for _, look := range others {
		if token := look(r); token != "" {
			return []string{token}, false, nil
		}
	}
	// Personal tokens are for programs. In a cookie they would act for whoever opens a page.
	if tokens := slices.DeleteFunc(AccessCookies(r), isPersonal); len(tokens) > 0 {
		return tokens, true, nil
	}
	return nil, false, ErrUnauthorized
}

// BearerToken returns the token of an Authorization header (RFC 6750 §2.1).
func BearerToken(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
