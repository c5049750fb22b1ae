package auth

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/web"
)

// The cookies that carry the tokens of a browser. Behind https their names have prefixes, which browsers enforce
// (RFC 6265bis §4.1.3): neither another site below a common domain nor a page without TLS can set __Host-…. That prefix
// requires the path /, so the refresh cookie has the weaker __Secure-. Both pairs are read everywhere.
const (
	AccessCookie        = "access_token"
	RefreshCookie       = "refresh_token"
	SecureAccessCookie  = "__Host-cinecircle_access"
	SecureRefreshCookie = "__Secure-cinecircle_refresh"

	accessPath  = "/"
	refreshPath = "/users" // the only paths that use the refresh token
)

// maxCookies is how many cookies of each kind one request can make us verify. A browser sends at most one for each
// parent domain and each part of the path.
const maxCookies = 32

// AccessCookies returns the distinct values of the access cookies of a request, those with the name for https first.
// Others on the same host or a parent domain may have set some of them, so of several the valid one counts.
func AccessCookies(r *http.Request) []string {
	return cookieValues(r, SecureAccessCookie, AccessCookie)
}

// RefreshCookies is [AccessCookies] for refresh cookies.
func RefreshCookies(r *http.Request) []string {
	return cookieValues(r, SecureRefreshCookie, RefreshCookie)
}

// cookieValues returns at most maxCookies distinct values that are not "". Unlike http.Request.Cookies it skips no
// malformed value, because such a cookie may hide the one that we have set.
func cookieValues(r *http.Request, names ...string) []string {
	var values []string
	for _, name := range names {
		for _, line := range r.Header["Cookie"] {
			for pair := range strings.SplitSeq(line, ";") {
				value, ok := cutName(pair, name)
				if ok && value != "" && len(values) < maxCookies && !slices.Contains(values, value) {
					values = append(values, value)
				}
			}
		}
	}
	return values
}

// cutName returns the value of a pair of the Cookie header, if it has this name (RFC 6265 §4.2.1).
func cutName(pair, name string) (string, bool) {
	pair, ok := strings.CutPrefix(strings.TrimLeft(pair, " \t"), name)
	if !ok {
		return "", false
	}
	value, ok := strings.CutPrefix(pair, "=")
	return strings.Trim(value, " \t\""), ok
}

// sent reports whether a request has a cookie of this name, whatever its value.
func sent(r *http.Request, name string) bool {
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if _, ok := cutName(pair, name); ok {
				return true
			}
		}
	}
	return false
}

// Cookies sets and deletes the cookies of a browser.
type Cookies struct {
	tokens *Tokens
	origin *web.Origin
}

// NewCookies returns Cookies for the tokens of a service that browsers see at origin.
func NewCookies(t *Tokens, o *web.Origin) *Cookies { return &Cookies{tokens: t, origin: o} }

// Set sets the cookies of both tokens for the lifetime of the refresh token, so that an expired access token can be
// distinguished from a missing one. Behind https it replaces the cookies that earlier versions set without prefix.
func (k *Cookies) Set(w http.ResponseWriter, r *http.Request, access, refresh string) {
	maxAge := int(k.tokens.refreshTTL.Seconds())
	if !k.origin.HTTPS(r) {
		http.SetCookie(w, cookie(AccessCookie, access, false, maxAge))
		http.SetCookie(w, cookie(RefreshCookie, refresh, false, maxAge))
		return
	}
	http.SetCookie(w, cookie(SecureAccessCookie, access, true, maxAge))
	http.SetCookie(w, cookie(SecureRefreshCookie, refresh, true, maxAge))
	if k.issued(r) {
		http.SetCookie(w, cookie(AccessCookie, "", true, -1))
		http.SetCookie(w, cookie(RefreshCookie, "", true, -1))
	}
}

// issued reports whether a cookie without prefix has a token of this service. Another program on the same host may use
// the same names, and its cookies are not ours to delete.
func (k *Cookies) issued(r *http.Request) bool {
	ours := func(_ any, err error) bool { return err == nil || errors.Is(err, ErrTokenExpired) }
	for _, token := range cookieValues(r, AccessCookie) {
		if ours(k.tokens.ParseAccess(token)) {
			return true
		}
	}
	for _, token := range cookieValues(r, RefreshCookie) {
		if ours(k.tokens.ParseRefresh(token)) {
			return true
		}
	}
	return false
}

// Clear deletes the cookies of both names, also those for other paths, which the request does not have.
func (k *Cookies) Clear(w http.ResponseWriter, r *http.Request) {
	k.clear(w, r, func(string) bool { return true })
}

// ClearSent deletes the cookies that the request has.
func (k *Cookies) ClearSent(w http.ResponseWriter, r *http.Request) {
	k.clear(w, r, func(name string) bool { return sent(r, name) })
}

func (k *Cookies) clear(w http.ResponseWriter, r *http.Request, which func(name string) bool) {
	secure := k.origin.HTTPS(r)
	for _, name := range []string{SecureAccessCookie, SecureRefreshCookie, AccessCookie, RefreshCookie} {
		prefixed := strings.HasPrefix(name, "__")
		if which(name) && (secure || !prefixed) { // without TLS a browser neither sends nor accepts a prefixed name
			http.SetCookie(w, cookie(name, "", secure, -1))
		}
	}
}

func cookie(name, value string, secure bool, maxAge int) *http.Cookie {
	path := accessPath
	if name == RefreshCookie || name == SecureRefreshCookie {
		path = refreshPath
	}
	return &http.Cookie{ //nolint:gosec // Secure depends on how the client reaches us: there is no TLS on localhost
		Name: name, Value: value, Path: path, MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}
