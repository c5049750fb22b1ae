// Package site serves the pages for people at /. They are rendered on the server from the same services that the API
// calls, and work without JavaScript.
//
// The package may import every domain; only the wiring of the program imports it. The pages have their own paths
// (/film/7, not /movies/7) and obey the rules, limits and cookies of the API.
//
// A page is a handler that collects what it shows and renders a template. Its [pageContext] knows the viewer and their
// language. Templates, style sheet, scripts and texts are embedded. An invalid form is shown again with its errors.
package site

import (
	"fmt"
	"html/template"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

// Deps are the dependencies of the site. All fields except PublicURL are required.
type Deps struct {
	Users         *user.Service
	Movies        *movie.Service
	Reviews       *review.Service
	Reactions     *reaction.Service
	Lists         *list.Service
	Diary         *diary.Service
	Follows       *follow.Service
	Comments      *comment.Service
	Moderation    *moderation.Service
	Transfer      *transfer.Service
	Feed          *feed.Service
	Notifications *notify.Service
	Guard         *auth.Guard
	Origin        *web.Origin
	Log           *slog.Logger
	Zone          *time.Location
	Cookies       *auth.Cookies // of a session
	ImageSource   func() string // returns the origin of images, "" for this one
	// Texts of the operator, "" for none.
	Terms, PrivacyNotice template.HTML

	PublicURL string // scheme://host[:port]; without it links have the host of the request
}

// Site serves the pages. It is safe for concurrent use.
type Site struct {
	Deps
	routes []Route

	prepare func() // makes what follows for the first page, which takes longer than the rest of the start
	pages   *pages
	assets  *assets
	notices map[string]template.HTML // what the program tells about privacy, by language
}

// New returns the site. Texts, templates and assets are loaded for the first page, which panics if the embedded files
// are inconsistent.
func New(d Deps) *Site {
	s := &Site{Deps: d}
	s.prepare = sync.OnceFunc(func() {
		if err := s.load(); err != nil {
			panic(fmt.Sprintf("site: %v", err))
		}
	})
	return s
}

func (s *Site) load() (err error) {
	if s.assets, err = loadAssets(); err != nil {
		return err
	}
	if s.notices, err = renderNotices(); err != nil {
		return err
	}
	s.pages, err = loadPages(s.assets, s.Zone)
	return err
}

// contentPolicy returns the Content-Security-Policy, which allows this origin and the source of images only.
func contentPolicy(imageSource string) string {
	images := "'self' data: blob:" // blob: is for the preview of a chosen file
	if imageSource != "" {
		images += " " + imageSource
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src " + images + "; connect-src 'self'; " +
		"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// Origin returns the scheme and host of an address, "" when it has none.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// base returns scheme://host[:port] of this service for links.
func (s *Site) base(g *gin.Context) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	if s.Origin.HTTPS(g.Request) {
		return "https://" + g.Request.Host
	}
	return "http://" + g.Request.Host
}
