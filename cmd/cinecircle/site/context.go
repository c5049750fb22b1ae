package site

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// errNotFound is for pages that do not exist.
var errNotFound = apperr.ErrNotFound

// pageContext is a request for a page with its viewer and their preferences.
type pageContext struct {
	*gin.Context
	site   *Site
	viewer auth.Viewer // zero for guests
	self   user.User   // what me has found
	prefs  preferences
	sent   web.Form // what readForm has read
	wrong  bool     // a form is shown again with its errors

	refused []string // parameters of the address, see refuse
}

func (s *Site) newContext(g *gin.Context) *pageContext {
	s.prepare()
	return &pageContext{Context: g, site: s, prefs: preferencesOf(g)}
}

// me returns the account of the viewer and loads it once. It returns a zero user for guests and for a viewer whose
// account was deleted meanwhile.
func (c *pageContext) me() (user.User, error) {
	if c.viewer.UserID == 0 || c.self.ID != 0 {
		return c.self, nil
	}
	u, err := c.site.Users.Get(c.Request.Context(), c.viewer.UserID)
	if errors.Is(err, user.ErrNotFound) {
		return user.User{}, nil
	}
	c.self = u
	return u, err
}

// id returns the id in a path parameter. A malformed id is not_found, because to people it is a page that does not exist.
func (c *pageContext) id(name string) (int64, error) {
	id, ok := web.ParseID(c.Param(name))
	if !ok {
		return 0, errNotFound
	}
	return id, nil
}

// next returns the address of the next page of the current list, "" after the last.
func (c *pageContext) next(key *page.Key) string {
	if key == nil {
		return ""
	}
	q := c.Request.URL.Query()
	q.Del("find")
	q.Set("after", key.Cursor(nil))
	part, _ := strconv.Atoi(q.Get("part")) // 0 for the first page and for what is no number
	q.Set("part", strconv.Itoa(min(max(part, 1), maxPart)+1))
	return c.Request.URL.Path + "?" + q.Encode()
}

// Which part of a list a page is, counted from 1, stands in the address of the page. The first parts load by
// themselves when they are scrolled to; then a button waits, or nobody could reach the end of the page.
const (
	automaticParts = 3
	maxPart        = 100
)

// loadsItself reports whether the part of a list with this address loads by itself.
func loadsItself(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	part, err := strconv.Atoi(u.Query().Get("part"))
	return err == nil && part <= automaticParts
}

// partial reports whether htmx asks for a part of a page.
func (c *pageContext) partial() bool {
	return c.GetHeader("HX-Request") == "true" && c.GetHeader("HX-History-Restore-Request") != "true"
}

// wantsPage reports whether a browser sent the request: programs do not accept text/html.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// checkOrigin returns cross_origin when a page of another origin sent the form. The guard checks it for requests with
// a session cookie. Forms for guests call this method, so that no other site can sign a browser in or out.
func (c *pageContext) checkOrigin() error {
	if c.site.Origin.Foreign(c.Request) {
		return web.ErrCrossOrigin
	}
	return nil
}
