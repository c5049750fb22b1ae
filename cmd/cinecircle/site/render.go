package site

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// meta is what a page states in its head.
type meta struct {
	Title       string
	Description string
	Path        string // canonical path; "" for the path of the request
	Image       string // for link previews
	Kind        string // Open Graph type, "" for website
	Facts       facts  // for search engines, nil for none
	Feed        string // path of its Atom feed, "" for none
	Hidden      bool   // from search engines
	Private     bool   // not to be kept by the browser, because it shows devices, addresses or notifications
	Section     string // for the navigation
	OwnSearch   bool   // the page has a field for the search of films, and the header none
}

// view is the data of a template: Data of the page, and what every page shows.
type view struct {
	meta
	preferences
	Data      any
	Body      template.HTML // rendered by the template of the page
	Me        user.User     // ID 0 for guests
	Avatar    shownImage
	Admin     bool
	Moderates bool
	Suspended *auth.Restriction // nil for who may write
	Unread    int64
	LastSeq   int64
	Toast     *toast
	Canonical string
	Base      string
	Here      string // path and query, for forms that return here
	Query     string // of the search box
	Wrong     bool   // a form is shown again with its errors
}

// SignedIn reports whether the viewer is a member.
func (w view) SignedIn() bool { return w.Me.ID != 0 }

// ImageURL returns the absolute address of the image for link previews, "" for none.
func (w view) ImageURL() string {
	if w.Image == "" {
		return ""
	}
	return absolute(w.Base, w.Image)
}

// absolute returns the absolute address of an image that may lie in a store of its own.
func absolute(base, address string) string {
	if strings.HasPrefix(address, "/") {
		return base + address
	}
	return address
}

// show answers with a page, unless a parameter of its address was refused. For htmx it renders only the main template, or the part template for further rows of a
// list.
func (c *pageContext) show(status int, page string, m meta, data any) error {
	if status == http.StatusOK {
		if err := c.refusal(); err != nil {
			return err
		}
	}
	w, err := c.view(m, data)
	if err != nil {
		return err
	}
	if m.Private {
		c.Header("Cache-Control", "private, no-store")
	}
	if c.partial() && status == http.StatusOK {
		name := "/main"
		if c.Query("after") != "" {
			name = "/part"
		}
		return c.write(status, page+name, w)
	}
	err = c.site.pages.render(c.prefs.Lang, page+"/main", w, func(body []byte) {
		w.Body = template.HTML(body) //nolint:gosec // a template rendered and escaped it
	})
	if err != nil {
		return err
	}
	return c.write(status, "layout", w)
}

// showPart answers htmx with one template.
func (c *pageContext) showPart(name string, data any) error {
	return c.write(http.StatusOK, name, data)
}

func (c *pageContext) write(status int, name string, data any) error {
	return c.site.pages.render(c.prefs.Lang, name, data, func(body []byte) {
		h := c.Writer.Header()
		web.SetHTMLHeaders(h, contentPolicy(c.site.ImageSource()))
		h.Set("Content-Language", c.prefs.Lang)
		h.Add("Vary", "Accept-Language, Cookie, HX-Request")
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "private, no-cache") // every page depends on the viewer
		}
		c.site.assets.compressed(c.Writer, c.Request, status, "text/html; charset=utf-8", body)
	})
}

func (c *pageContext) view(m meta, data any) (view, error) {
	base := c.site.base(c.Context)
	if m.Path == "" {
		m.Path = c.Request.URL.EscapedPath()
	}
	w := view{
		meta: m, preferences: c.prefs, Data: data, Toast: c.takeToast(), Base: base, Canonical: base + m.Path,
		Here: c.Request.URL.RequestURI(), Query: c.Query("q"), Wrong: c.wrong,
	}
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead {
		w.Here = c.returnPath("/")
	}
	if c.viewer.UserID == 0 {
		return w, nil
	}
	var err error
	if w.Me, err = c.me(); err != nil {
		return w, err
	}
	w.Admin, w.Moderates, w.Avatar = c.viewer.Admin(), c.viewer.Moderates(), c.site.avatar(w.Me.Face())
	if c.viewer.Status == auth.StatusSuspended {
		w.Suspended = &c.viewer.Restriction
	}
	w.Unread, w.LastSeq, err = c.site.Notifications.Unread(c.Request.Context(), c.viewer.UserID)
	return w, err
}
