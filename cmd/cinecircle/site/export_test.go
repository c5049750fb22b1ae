package site

import (
	"bytes"
	"html/template"
)

// Pages are the templates of a site.
type Pages = pages

// Interpreted returns the templates, executed by package html/template.
func (s *Site) Interpreted() (*Pages, error) {
	s.prepare()
	return parsePages(s.assets, s.Zone, func(set *template.Template, _ template.FuncMap) (renderer, error) {
		return func(out *bytes.Buffer, name string, data any) error { return set.ExecuteTemplate(out, name, data) }, nil
	})
}

// Use lets the site render with other templates, and returns those that it had.
func (s *Site) Use(p *Pages) (before *Pages) {
	s.prepare()
	before, s.pages = s.pages, p
	return before
}
