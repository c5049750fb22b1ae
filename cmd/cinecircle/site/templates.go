package site

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates, one set per language, so that {{t "key"}} needs no argument. Templates of one page have its
// name in front: home/main.
type pages struct {
	texts map[string]texts
	sets  map[string]*template.Template // by language
}

func loadPages(a *assets, zone *time.Location) (*pages, error) {
	all, err := loadTexts()
	if err != nil {
		return nil, err
	}
	p := &pages{texts: all, sets: make(map[string]*template.Template, len(all))}
	for lang, t := range all {
		set := template.New(lang).Funcs(functions(lang, t, a, zone))
		if err := parseTemplates(set); err != nil {
			return nil, err
		}
		p.sets[lang] = set
	}
	return p, nil
}

func parseTemplates(set *template.Template) error {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return fmt.Errorf("list the templates: %w", err)
	}
	for _, file := range files {
		source, err := templateFiles.ReadFile("templates/" + file.Name())
		if err != nil {
			return fmt.Errorf("load a template: %w", err)
		}
		if _, err := set.New(file.Name()).Parse(withoutIndentation(string(source))); err != nil {
			return fmt.Errorf("parse a template: %w", err)
		}
	}
	return nil
}

// has reports whether there is a text with this key.
func (p *pages) has(key string) bool {
	_, ok := p.texts[languages[0]][key]
	return ok
}

// render executes a template.
func (p *pages) render(lang, name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := p.sets[lang].ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// functions are the functions of the templates.
func functions(lang string, t texts, a *assets, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"t":      t.show, // in elements
		"label":  t.say,  // in attributes
		"bdi":    func(text string) template.HTML { return isolatedIn(foreign(lang, text), text) },
		"name":   func(name string) template.HTML { return isolatedIn(foreign(lang, name)+` translate="no"`, name) }, // of a member
		"said":   func(text string) template.HTMLAttr { return foreign(lang, text) },
		"cut":    cut,
		"iso":    isolated,
		"n":      t.count,
		"num":    number,
		"asset":  a.address,
		"icon":   icon(),
		"ago":    func(at time.Time) (string, error) { return t.ago(time.Since(at), at.In(zone)) },
		"moment": func(at time.Time) (string, error) { return t.moment(at.In(zone)) },
		"when":   func(at time.Time) string { return at.In(zone).Format(time.RFC3339) },
		"day":    func(at time.Time) (string, error) { return t.day(at.In(zone)) },
		"lines":  paragraphs,
		"args":   namedArgs,
		"short":  shorten,
		"sizes":  sizesIn,
		"auto":   loadsItself,
		"tint":   func(id int64) int64 { return id % tints },
		"hue":    hue,
		"first":  firstLetter,
		"lang":   func() string { return lang },
	}
}

// tints is how many colours the style sheet has for members and films without an image.
const tints = 8

// namedArgs returns a map of its arguments, name by name, for templates with several parameters.
func namedArgs(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("args takes pairs of name and value")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("args: %v is not a name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// paragraphs splits a text at its empty lines.
func paragraphs(text string) []string {
	var out []string
	for one := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// shorten returns at most n characters of a text, on one line.
func shorten(n int, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return strings.TrimRight(string(runes[:n]), " ,.") + "…"
}

// cut returns at most n characters of a text, with its lines.
func cut(n int, text string) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return strings.TrimRight(string(runes[:n]), " \r\n,.") + "…"
}

// firstLetter returns what is shown in place of a missing profile image.
func firstLetter(name string) string {
	for _, r := range name {
		if !web.Blank(string(r)) {
			return strings.ToUpper(string(r))
		}
	}
	return "?"
}

// hue returns the tint of an actor.
func hue(name string) (sum rune) {
	for _, r := range name {
		sum += r
	}
	return sum % tints
}
