// Package site is the pages for people: what a browser sees at /, made on the server from the same services
// that the API calls, and usable without JavaScript.
//
// It may import every domain, and nothing but the program's wiring imports it. Its pages have paths of their
// own (/film/7, not /movies/7), so that the API stays as it is; they obey the same rules, limits and cookies.
//
// A page is a function that gathers what it shows ([visit] says for whom and in which language) and names a
// template; templates, style, scripts and texts are embedded. What a form gets wrong comes back in the form.
package site

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what the site works with; all fields but PublicURL are required.
type Deps struct {
	Users         *user.Service
	Movies        *movie.Service
	Reviews       *review.Service
	Reactions     *reaction.Service
	Follows       *follow.Service
	Notifications *notify.Service
	Guard         *auth.Guard
	Edge          *web.Edge
	Log           *slog.Logger
	Zone          *time.Location
	RefreshTTL    time.Duration // how long the cookies of a sign-in live
	ImageSource   func() string // the origin that images come from, "" when it is this one
	PublicURL     string        // scheme://host[:port]; without it links are what the request was sent to
}

// Site answers for the pages. It may be used by several goroutines.
type Site struct {
	Deps
	pages  *pages
	assets *assets
	routes []Route
}

// New prepares templates, texts and assets. An error means that the binary was built with files that do not fit.
func New(d Deps) (*Site, error) {
	s := &Site{Deps: d}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = loadPages(s.assets, d.Zone); err != nil {
		return nil, err
	}
	return s, nil
}

// contentPolicy allows what the pages carry themselves and nothing else.
func contentPolicy(imageSource string) string {
	images := "'self' data: blob:" // blob: is the preview of a file that was chosen
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

// base is how this service is called by whoever sent the request: scheme://host[:port].
func (s *Site) base(c *gin.Context) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	if s.Edge.HTTPS(c.Request) {
		return "https://" + c.Request.Host
	}
	return "http://" + c.Request.Host
}
