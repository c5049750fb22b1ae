package site

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// errUnknown is for addresses and things that are not there.
var errUnknown = apperr.ErrNotFound

// visit is one request for a page, and who it is shown to.
type visit struct {
	*gin.Context
	site   *Site
	viewer auth.Viewer // of nobody: zero
	self   user.User   // what me has found
	prefs  preferences
}

func (s *Site) visit(c *gin.Context) *visit {
	return &visit{Context: c, site: s, prefs: preferencesOf(c.Request)}
}

// me returns the account of who visits, asked for once; a zero user for nobody and for one who has gone meanwhile.
func (v *visit) me() (user.User, error) {
	if v.viewer.UserID == 0 || v.self.ID != 0 {
		return v.self, nil
	}
	u, err := v.site.Users.Get(v.Request.Context(), v.viewer.UserID)
	if errors.Is(err, user.ErrNotFound) {
		return user.User{}, nil
	}
	v.self = u
	return u, err
}

// id returns the id in a path parameter, or not_found: to people an id that cannot be is a page that is not there.
func (v *visit) id(name string) (int64, error) {
	id, ok := web.ParseID(v.Param(name))
	if !ok {
		return 0, errUnknown
	}
	return id, nil
}

// page returns the page of a list that the address asks for. A cursor that is none of ours begins at the start.
func (v *visit) page(limit int) page.Page {
	p := page.Page{Limit: limit}
	if key, ok := decodeCursor(v.Query("after")); ok {
		p.After = &key
	}
	return p
}

// next returns the address of the next page of the list that is shown, "" after the last.
func (v *visit) next(key *page.Key) string {
	if key == nil {
		return ""
	}
	q := v.Request.URL.Query()
	q.Set("after", encodeCursor(*key))
	return v.Request.URL.Path + "?" + q.Encode()
}

// partial reports whether htmx asks for a piece of a page and not for the page.
func (v *visit) partial() bool {
	return v.GetHeader("HX-Request") == "true" && v.GetHeader("HX-History-Restore-Request") != "true"
}

// goTo answers a form that was done: the browser goes on by a GET, and reloading does nothing twice.
func (v *visit) goTo(path string) error {
	if v.partial() {
		v.Header("HX-Redirect", path)
		v.Status(http.StatusNoContent)
		v.Writer.WriteHeaderNow()
		return nil
	}
	v.Header("Cache-Control", "no-store")
	v.Redirect(http.StatusSeeOther, path)
	return nil
}

// back returns the page that a form was on: as the form says, or the browser, or else instead.
func (v *visit) back(instead string) string {
	if to := local(v.PostForm("to")); to != "" {
		return to
	}
	u, err := url.Parse(v.Request.Referer())
	if err != nil || u.Host != v.Request.Host || local(u.RequestURI()) == "" {
		return instead
	}
	return u.RequestURI()
}

// local returns an address if it leads to a page of this site, "" otherwise: what a form or a link says about
// where to go next must not lead elsewhere.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(address, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return ""
	}
	return address
}

// wantsPage reports whether a browser asks for a page: programs do not name text/html.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// foreign returns cross_origin when a page of another origin sent the form. The guard sees to it where it knows
// the visitor by a cookie; forms that anybody may send ask here, so that nobody is signed in or out unawares.
func (v *visit) foreign() error {
	if v.site.Edge.Foreign(v.Request) {
		return web.ErrCrossOrigin
	}
	return nil
}
