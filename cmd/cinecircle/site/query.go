package site

import (
	"slices"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

// This file reads the parameters of addresses that choose what a page lists. A value that means nothing is refused by its
// name, see [pageContext.show]: a page without that filter would answer another question. Search words are never refused.

// refuse notes that a parameter of the address has a value that means nothing.
func (c *pageContext) refuse(name string) { c.refused = append(c.refused, name) }

// refusal returns the error for the parameters that were refused, nil for none.
func (c *pageContext) refusal() error {
	if len(c.refused) == 0 {
		return nil
	}
	fields := make([]apperr.Field, len(c.refused))
	for i, name := range c.refused {
		fields[i] = web.BadFormat(name)
	}
	err := apperr.Validation(fields...)
	says := c.text("problem.query", c.refused[0])
	if c.refused[0] == "year" {
		says = c.text("films.year.wrong")
	}
	err.Text = apperr.Text{EN: says, KO: says}
	return err
}

// queryOneOf returns a parameter that is one of several values, and instead for none.
func (c *pageContext) queryOneOf(name string, of []string, instead string) string {
	value := c.Query(name)
	if value != "" && !slices.Contains(of, value) {
		c.refuse(name)
	}
	return oneOf(value, of, instead)
}

// queryID returns a parameter that is an id, 0 for none.
func (c *pageContext) queryID(name string) int64 {
	id, _ := queryOf(c, name, web.ParseID)
	return id
}

// queryOf returns a parameter that parse understands, and false for none.
func queryOf[T any](c *pageContext, name string, parse func(string) (T, bool)) (value T, ok bool) {
	text := c.Query(name)
	if text == "" {
		return value, false
	}
	if value, ok = parse(text); !ok {
		c.refuse(name)
	}
	return value, ok
}

// page returns the requested page of a list.
func (c *pageContext) page(limit int) page.Page {
	p := page.Page{Limit: limit}
	key, ok := queryOf(c, "after", func(text string) (page.Key, bool) { return page.ParseCursor(nil, text) })
	if ok {
		p.After = &key
	}
	return p
}

// stringsOf returns values of a named type as strings.
func stringsOf[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
