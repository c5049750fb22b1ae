package site

import (
	"net/http"
	"net/url"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// renewPath lies below /users, where browsers send the refresh token, and nowhere a user could be.
const renewPath = "/users/session/renew"

// renewFirst sends a browser whose access token ran out past renewPath and back to where it wanted to go. The
// 307 keeps method and body, so that a form that was filled in for an hour arrives all the same.
func (v *visit) renewFirst() {
	v.Header("Cache-Control", "no-store")
	v.Redirect(http.StatusTemporaryRedirect, renewPath+"?to="+url.QueryEscape(v.Request.URL.RequestURI()))
}

// renew trades the refresh token for new ones. Where that is no good, the visitor is nobody from here on.
func (s *Site) renew(v *visit) error {
	to := local(v.Query("to"))
	if to == "" {
		to = "/"
	}
	v.Header("Cache-Control", "no-store")
	secure := s.Edge.HTTPS(v.Request)
	in, err := s.Users.Refresh(v.Request.Context(), v.cookie(auth.RefreshCookie), v.device())
	switch {
	case err == nil:
		auth.SetCookies(v.Writer, secure, in.Access, in.Refresh, s.RefreshTTL)
		v.Redirect(http.StatusTemporaryRedirect, to)
		return nil
	case v.explain(err).Kind != apperr.Unauthorized:
		return err
	}
	auth.ClearCookies(v.Writer, secure)
	v.Redirect(http.StatusSeeOther, to) // a form is lost with the session that it was for
	return nil
}

func (v *visit) cookie(name string) string {
	cookie, err := v.Request.Cookie(name)
	if err != nil {
		return "" // there is none
	}
	return cookie.Value
}

func (v *visit) device() user.Device {
	return user.Device{UserAgent: v.Request.UserAgent(), IP: v.ClientIP()}
}

// signInFor is the page to sign in on before going to path.
func signInFor(path string) string { return "/signin?next=" + url.QueryEscape(path) }
