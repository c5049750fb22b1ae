package site

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// renewPath lies below /users, where browsers send the refresh token, and nowhere a user could be.
const renewPath = "/users/session/renew"

// refusedCookie remembers access cookies that could not be renewed, by their fingerprint.
const refusedCookie = "renewal_refused"

// redirectToRenew sends a browser without a valid access token to renewPath, which sends it back. The 307 keeps method
// and body, so that a form that took an hour to fill in still arrives.
func (c *pageContext) redirectToRenew() {
	c.Header("Cache-Control", "no-store")
	query := url.Values{"to": {c.Request.URL.RequestURI()}, "of": {fingerprint(c.Request)}}
	c.Redirect(http.StatusTemporaryRedirect, renewPath+"?"+query.Encode())
}

// renewable reports whether it is worth while to renew the session. Cookies that something else on the host or on a
// parent domain has set stay after a failure, because only their owner can delete them; the page is then shown to a guest.
func (c *pageContext) renewable() bool {
	return auth.Lapsed(c.Context) && !slices.Contains(c.cookies(refusedCookie), fingerprint(c.Request))
}

// fingerprint identifies the access cookies of a request. Whoever has set some of them cannot know the fingerprint of all.
func fingerprint(r *http.Request) string {
	sum := sha256.Sum256([]byte(strings.Join(auth.AccessCookies(r), " ")))
	return hex.EncodeToString(sum[:16])
}

// renew refreshes the tokens and redirects back. When the refresh token is invalid, it clears the cookies that were sent.
func (s *Site) renew(c *pageContext) error {
	if c.Request.Method == http.MethodPost { // following a link from another site is harmless
		if err := c.checkOrigin(); err != nil {
			return err
		}
	}
	if err := c.noForm(); err != nil {
		return err
	}
	to := localOrHome(c.Query("to"))
	c.Header("Cache-Control", "no-store")
	in, err := s.Users.Refresh(c.Request.Context(), c.device(), auth.RefreshCookies(c.Request)...)
	switch {
	case err == nil:
		s.Cookies.Set(c.Writer, c.Request, in.Access, in.Refresh)
		c.Redirect(http.StatusTemporaryRedirect, to)
		return nil
	case c.explain(err).Kind != apperr.Unauthorized:
		return err
	}
	s.Cookies.ClearSent(c.Writer, c.Request)
	if of := c.Query("of"); len(of) == len(fingerprint(c.Request)) && isHex(of) {
		c.setCookie(refusedCookie, of, int(time.Hour/time.Second))
	}
	c.Redirect(http.StatusSeeOther, to) // a form is lost together with its session
	return nil
}

func isHex(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil
}

// cookies returns the values of all cookies of this name. Others on the same host or a parent domain may have set some
// of them.
func (c *pageContext) cookies(name string) []string { return cookiesNamed(c.Request, name) }

func cookiesNamed(r *http.Request, name string) []string {
	var values []string
	for _, cookie := range r.CookiesNamed(name) {
		values = append(values, cookie.Value)
	}
	return values
}

func (c *pageContext) device() user.Device {
	return user.Device{UserAgent: c.Request.UserAgent(), IP: c.ClientIP()}
}
