// Package ui is the documentation that people read: Swagger UI at /docs and Redoc at /redoc.
//
// Everything the pages need is in the binary. They ask no other host for anything, and their
// Content-Security-Policy makes sure of it. They load openapi.json from beside themselves, so whoever
// serves [Site.Docs] at /docs, [Site.Redoc] at /redoc and [Site.Asset] at /docs/assets/{name} serves
// the document at /openapi.json. Package ui knows neither the document nor the router.
//
// The files in assets are made by scripts/vendor-ui.sh.
package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

//go:embed assets/*.gz assets/*.txt pages
var files embed.FS

// assetPath is where the pages look for assets, relative to /docs and /redoc.
const assetPath = "docs/assets/"

// What the pages may do. Both libraries write style elements and attributes, and draw with data: images.
const (
	docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
		"img-src 'self' data:; connect-src 'self'; font-src 'self' data:; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	// Redoc searches in a worker that it starts from a blob.
	redocPolicy = docsPolicy + "; worker-src blob:"
)

// Site is the two pages and their assets, ready to be served. It is safe for concurrent use.
type Site struct {
	docs, redoc page
	assets      map[string]*asset // by the name in the URL
}

type page struct {
	html   []byte
	tag    string
	policy string
}

// New prepares the pages. An error means that the binary was built with files missing.
func New() (*Site, error) {
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	s := &Site{assets: make(map[string]*asset, len(assets))}
	for _, a := range assets {
		s.assets[a.public()] = a
	}
	if s.docs, err = render("docs.html", docsPolicy, assets); err != nil {
		return nil, err
	}
	if s.redoc, err = render("redoc.html", redocPolicy, assets); err != nil {
		return nil, err
	}
	return s, nil
}

// Docs answers GET and HEAD with the Swagger UI page.
func (s *Site) Docs(w http.ResponseWriter, r *http.Request) { s.docs.serve(w, r) }

// Redoc answers GET and HEAD with the Redoc page.
func (s *Site) Redoc(w http.ResponseWriter, r *http.Request) { s.redoc.serve(w, r) }

// Asset answers GET and HEAD with a script, a style sheet or a licence text, gzip-encoded for clients
// that accept it. Names of scripts and style sheets carry a hash of the content and may be kept for
// ever. An unknown name writes nothing and returns [apperr.ErrNotFound].
func (s *Site) Asset(w http.ResponseWriter, r *http.Request, name string) error {
	a, ok := s.assets[name]
	if !ok {
		return apperr.ErrNotFound
	}
	return a.serve(w, r)
}

// render fills a page in, with {{asset "name"}} as the address of an asset.
func render(name, policy string, assets map[string]*asset) (page, error) {
	address := func(asset string) (string, error) {
		if a, ok := assets[asset]; ok {
			return assetPath + a.public(), nil
		}
		return "", fmt.Errorf("no asset %q", asset)
	}
	t, err := template.New(name).Funcs(template.FuncMap{"asset": address}).ParseFS(files, "pages/"+name)
	if err != nil {
		return page{}, fmt.Errorf("parse %s: %w", name, err)
	}
	var html bytes.Buffer
	if err := t.Execute(&html, nil); err != nil {
		return page{}, fmt.Errorf("render %s: %w", name, err)
	}
	return page{html: html.Bytes(), tag: digest(html.Bytes()), policy: policy}, nil
}

func (p page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer: under it a browser may send "Origin: null", which looks like another origin.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+p.tag+`"`)
	web.ServeWhole(w, r, time.Time{}, bytes.NewReader(p.html))
}
