package auth

import (
	"net/http"
	"time"
)

// The cookies that carry the tokens of a browser.
const (
	AccessCookie  = "access_token"
	RefreshCookie = "refresh_token"

	accessPath  = "/"
	refreshPath = "/users" // the refresh token goes where it is used and nowhere else
)

// SetCookies hands both tokens to a browser for as long as the refresh token lives: an access token
// that ran out is told apart from one that was never there.
func SetCookies(w http.ResponseWriter, secure bool, access, refresh string, refreshTTL time.Duration) {
	http.SetCookie(w, cookie(AccessCookie, access, accessPath, secure, int(refreshTTL.Seconds())))
	http.SetCookie(w, cookie(RefreshCookie, refresh, refreshPath, secure, int(refreshTTL.Seconds())))
}

// ClearCookies takes both back.
func ClearCookies(w http.ResponseWriter, secure bool) {
	http.SetCookie(w, cookie(AccessCookie, "", accessPath, secure, -1))
	http.SetCookie(w, cookie(RefreshCookie, "", refreshPath, secure, -1))
}

func cookie(name, value, path string, secure bool, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure depends on how the client reaches us: there is no TLS on localhost
		Name: name, Value: value, Path: path, MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}
