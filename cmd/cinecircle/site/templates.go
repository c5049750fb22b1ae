package site

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/site/compile"
	"github.com/cinecircle/cinecircle/platform/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates, one set per language, so that {{t "key"}} needs no argument. Templates of one page have its
// name in front: home/main.
type pages struct {
	texts map[string]texts
	sets  map[string]templateSet // by language
}

// templateSet returns the function that renders the templates of one language. They are parsed and compiled when the
// first page is rendered, which takes too long for the start of the program.
type templateSet func() (renderer, error)

// renderer appends what a template prints.
type renderer func(out *bytes.Buffer, name string, data any) error

// constant are the functions of the templates whose result depends on nothing but their arguments and the language.
var constant = []string{"t", "label", "icon", "asset", "lang"}

func loadPages(a *assets, zone *time.Location) (*pages, error) {
	return parsePages(a, zone, func(set *template.Template, functions template.FuncMap) (renderer, error) {
		t, err := compile.Compile(set, compile.Options{Functions: functions, Constant: constant, Named: "args"})
		if err != nil {
			return nil, err
		}
		return t.Execute, nil
	})
}

// parsePages returns the templates, and calls finish for each set when it is first used.
func parsePages(a *assets, zone *time.Location, finish func(*template.Template, template.FuncMap) (renderer, error)) (*pages, error) {
	all, err := loadTexts()
	if err != nil {
		return nil, err
	}
	p := &pages{texts: all, sets: make(map[string]templateSet, len(all))}
	for lang, t := range all {
		p.sets[lang] = sync.OnceValues(func() (renderer, error) {
			funcs := functions(lang, t, a, zone)
			set := template.New(lang).Funcs(funcs)
			if err := parseTemplates(set); err != nil {
				return nil, err
			}
			return finish(set, funcs)
		})
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

// buffers are empty buffers for pages.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keptBuffer is the largest buffer that is used again, in bytes.
const keptBuffer = 256 << 10

// render executes a template and calls use with what it prints, which is not valid afterwards.
func (p *pages) render(lang, name string, data any, use func([]byte)) error {
	render, err := p.sets[lang]()
	if err != nil {
		return err
	}
	out, _ := buffers.Get().(*bytes.Buffer)
	defer func() {
		if out.Cap() <= keptBuffer {
			out.Reset()
			buffers.Put(out)
		}
	}()
	if err := render(out, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	use(out.Bytes())
	return nil
}

// functions are the functions of the templates.
func functions(lang string, t texts, a *assets, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"t":        t.show, // in elements
		"label":    t.say,  // in attributes
		"bdi":      func(text string) template.HTML { return isolatedIn(foreign(lang, text), text) },
		"name":     func(name string) template.HTML { return isolatedIn(foreign(lang, name)+` translate="no"`, name) }, // of a member
		"said":     func(text string) template.HTMLAttr { return foreign(lang, text) },
		"cut":      cut,
		"iso":      isolated,
		"n":        t.count,
		"num":      number,
		"asset":    a.address,
		"icon":     icon(),
		"ago":      func(at time.Time) (string, error) { return t.ago(time.Since(at), at.In(zone)) },
		"moment":   func(at time.Time) (string, error) { return t.moment(at.In(zone)) },
		"when":     func(at time.Time) string { return at.In(zone).Format(time.RFC3339) },
		"day":      func(at time.Time) (string, error) { return t.day(at.In(zone)) },
		"lines":    paragraphs,
		"country":  countryNames(lang),
		"language": languageNames(lang),
		"args":     namedArgs,
		"short":    shorten,
		"sizes":    sizesIn,
		"auto":     loadsItself,
		"tint":     func(id int64) int64 { return id % tints },
		"hue":      hue,
		"first":    firstLetter,
		"lang":     func() string { return lang },
		"fields":   strings.Fields,
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
