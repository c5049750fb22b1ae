package site

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// meta is what a page says of itself in its head.
type meta struct {
	Title       string
	Description string
	Path        string // under which it is known; "" for its address without a query
	Image       string // for link previews
	Kind        string // of the Open Graph, "" for website
	Feed        string // the path of its Atom feed, if there is one
	Hidden      bool   // from search engines
	Section     string // which part of the site it belongs to, for the navigation
}

// view is what a template is given: the page's own Data, and what every page shows.
type view struct {
	meta
	preferences
	Data      any
	Body      template.HTML // what the page's own template made of it all
	Me        user.User     // ID 0 for nobody
	Avatar    picture
	Admin     bool
	Unread    int64
	LastSeq   int64
	Toast     *toast
	Canonical string
	Base      string
	Here      string // path and query, for forms that come back
	Query     string // of the search box
}

// SignedIn reports whether the page is shown to a member.
func (w view) SignedIn() bool { return w.Me.ID != 0 }

// ImageURL returns the whole address of the image for link previews, "" for none.
func (w view) ImageURL() string {
	if strings.HasPrefix(w.Image, "/") {
		return w.Base + w.Image
	}
	return w.Image
}

// show answers with a page: to htmx with what changes of it, which is its "part" for the rows that follow.
func (v *visit) show(status int, page string, m meta, data any) error {
	w, err := v.view(m, data)
	if err != nil {
		return err
	}
	if v.partial() && status == http.StatusOK {
		name := "/main"
		if v.Query("after") != "" {
			name = "/part"
		}
		return v.write(status, page+name, w)
	}
	body, err := v.site.pages.render(v.prefs.Lang, page+"/main", w)
	if err != nil {
		return err
	}
	w.Body = template.HTML(body) //nolint:gosec // made by a template, which escaped it
	return v.write(status, "layout", w)
}

// showPart answers htmx with one template.
func (v *visit) showPart(name string, data any) error { return v.write(http.StatusOK, name, data) }

func (v *visit) write(status int, name string, data any) error {
	body, err := v.site.pages.render(v.prefs.Lang, name, data)
	if err != nil {
		return err
	}
	h := v.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy(v.site.ImageSource()))
	// Not no-referrer: under it a browser may send "Origin: null", which looks like another origin.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Language", v.prefs.Lang)
	h.Add("Vary", "Accept-Language, Cookie, HX-Request")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache") // every page shows who reads it, or that nobody is known
	}
	v.site.assets.compressed(v.Writer, v.Request, status, "text/html; charset=utf-8", body)
	return nil
}

func (v *visit) view(m meta, data any) (view, error) {
	base := v.site.base(v.Context)
	if m.Path == "" {
		m.Path = v.Request.URL.EscapedPath()
	}
	w := view{
		meta: m, preferences: v.prefs, Data: data, Toast: v.takeToast(), Base: base, Canonical: base + m.Path,
		Here: v.Request.URL.RequestURI(), Query: v.Query("q"),
	}
	if v.Request.Method != http.MethodGet && v.Request.Method != http.MethodHead {
		w.Here = v.back("/")
	}
	if v.viewer.UserID == 0 {
		return w, nil
	}
	var err error
	if w.Me, err = v.me(); err != nil {
		return w, err
	}
	w.Admin, w.Avatar = v.viewer.Role == auth.RoleAdmin, v.site.avatar(w.Me)
	w.Unread, w.LastSeq, err = v.site.Notifications.Unread(v.Request.Context(), v.viewer.UserID)
	return w, err
}
