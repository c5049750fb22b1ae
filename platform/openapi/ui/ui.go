// Package ui has the pages that show the documentation: Swagger UI at /docs and Redoc at /redoc.
//
// The binary contains everything the pages need. Their Content-Security-Policy forbids requests to
// other hosts. They load /openapi.json, so serve [Site.Docs] at /docs, [Site.Redoc] at /redoc,
// [Site.Asset] at /docs/assets/{name}, and the document at /openapi.json. Package ui knows neither the document
// nor the router.
//
// scripts/vendor-ui.sh creates the files in assets.
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

// The policies of the pages. Both libraries write style elements and attributes, and use data: images.
const (
	docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
		"img-src 'self' data:; connect-src 'self'; font-src 'self' data:; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	// Redoc runs its search in a worker that it starts from a blob.
	redocPolicy = docsPolicy + "; worker-src blob:"
)

// Site has both pages and their assets. It is safe for concurrent use.
type Site struct {
	docs, redoc page
	assets      map[string]*asset // by the name in the URL
}

type page struct {
	html   []byte
	tag    string
	policy string
}

// New renders the pages. An error means that embedded files are missing.
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
// that accept it. The names of scripts and style sheets contain a hash of the content, so they may be cached
// for ever. For an unknown name it writes nothing and returns [apperr.ErrNotFound].
func (s *Site) Asset(w http.ResponseWriter, r *http.Request, name string) error {
	a, ok := s.assets[name]
	if !ok {
		return apperr.ErrNotFound
	}
	return a.serve(w, r)
}

// render executes the template of a page; {{asset "name"}} is the address of an asset.
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
	web.SetHTMLHeaders(h, p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+p.tag+`"`)
	web.ServeWhole(w, r, time.Time{}, bytes.NewReader(p.html))
}
