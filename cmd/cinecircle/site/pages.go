package site

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates, one set for every language, so that {{t "key"}} works wherever it stands. What belongs to
// one page is called after it, home/main.
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
		set, err := template.New(lang).Funcs(functions(lang, t, a, zone)).ParseFS(templateFiles, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("parse the templates: %w", err)
		}
		p.sets[lang] = set
	}
	return p, nil
}

// has reports whether there is a text.
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

// functions are what templates call beside what they are given.
func functions(lang string, t texts, a *assets, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"t":     t.say,
		"n":     t.count,
		"num":   number,
		"asset": a.address,
		"icon":  icon(),
		"ago":   func(at time.Time) (string, error) { return t.ago(time.Since(at), at.In(zone)) },
		"when":  func(at time.Time) string { return at.In(zone).Format(time.RFC3339) },
		"day":   func(at time.Time) (string, error) { return t.day(at.In(zone)) },
		"lines": paragraphs,
		"args":  named,
		"short": shorten,
		"tint":  func(id int64) int64 { return id % tints },
		"hue":   hue,
		"first": firstLetter,
		"lang":  func() string { return lang },
	}
}

// tints is how many colours the style sheet has for what has no picture.
const tints = 8

// named makes a map of its arguments, name by name, for templates that want more than one thing.
func named(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("args wants names and values")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// paragraphs splits a text where its author left a line empty.
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

// firstLetter stands for somebody who has no picture.
func firstLetter(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// hue is the tint of somebody who is only a name.
func hue(name string) (sum rune) {
	for _, r := range name {
		sum += r
	}
	return sum % tints
}
