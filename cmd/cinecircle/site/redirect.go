package site

import (
	"net/http"
	"net/url"
	"strings"
)

// redirectTo answers a form that was processed. The browser continues with a GET, so that reloading the page does not
// send the form again.
func (c *pageContext) redirectTo(path string) error {
	if c.partial() {
		c.Header("HX-Redirect", path)
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return nil
	}
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

// returnPath returns the page that the form was on, from the field "to", if the form was read, or from the Referer. It
// returns instead when neither is a page of this site.
func (c *pageContext) returnPath(instead string) string {
	if to := localPath(c.field("to")); to != "" {
		return to
	}
	u, err := url.Parse(c.Request.Referer())
	if err != nil || u.Host != c.Request.Host || localPath(u.RequestURI()) == "" {
		return instead
	}
	return u.RequestURI()
}

// localPath returns an address that leads to a page of this site, and "" for any other. It prevents open redirects by
// the addresses in forms and links.
func localPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(address, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return ""
	}
	return address
}

// localOrHome returns localPath(address), or / when that is "".
func localOrHome(address string) string {
	if to := localPath(address); to != "" {
		return to
	}
	return "/"
}

// signInFor returns the address of the sign-in page that leads to path afterwards.
func signInFor(path string) string { return "/signin?next=" + url.QueryEscape(path) }
