package compile

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Text string
	Deep *inner
}

func (i inner) Shout(n int, end string) string {
	return strings.Repeat(strings.ToUpper(i.Text), n) + end
}

func (i *inner) Pointed() string { return "pointed " + i.Text }

type state int

func (s state) String() string { return fmt.Sprintf("<state %d>", int(s)) }

type word string

type embedded struct{ Inherited string }

type everything struct {
	embedded
	Text, Empty string
	Word        word
	Safe        template.HTML
	Attribute   template.HTMLAttr
	Address     template.URL
	N           int64
	Small       uint8
	Part        float64
	Yes, No     bool
	State       state
	At          time.Time
	Inner       inner
	To, Nothing *inner
	ToText      *string
	Texts, None []string
	Inners      []inner
	Any, AnyNil any
	Fields      map[string]string
	Numbers     map[string]int64
	Err         error
}

func (e everything) Method() string { return "method " + e.Text }

func (e everything) Failing(fail bool) (string, error) {
	if fail {
		return "", errors.New("failed")
	}
	return "well", nil
}

func everythingOf(text string) everything {
	return everything{
		embedded: embedded{"inherited " + text}, Text: text, Word: word(text), Safe: "<b>safe</b>", Attribute: ` class="safe"`, Address: "x:" + template.URL(text),
		N: -1234, Small: 7, Part: 1.5, Yes: true, State: 3, At: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), Inner: inner{Text: "i " + text},
		To: &inner{Text: "t " + text, Deep: &inner{Text: "deep"}}, ToText: &text, Texts: []string{text, "2", ""}, Inners: []inner{{Text: "a"}, {Text: text}},
		Any: inner{Text: "any " + text}, Fields: map[string]string{"b": text, "a": "<"}, Numbers: map[string]int64{text: 5}, Err: errors.New("err " + text),
	}
}

var functions = template.FuncMap{
	"t": func(key string, values ...any) (template.HTML, error) {
		return template.HTML("<i>" + key + fmt.Sprint(values...) + "</i>"), nil
	},
	"label":  func(key string, values ...any) (string, error) { return key + fmt.Sprint(values...), nil },
	"shout":  strings.ToUpper,
	"double": func(n int64) int64 { return 2 * n },
	"digits": func(n int64) string { return fmt.Sprint(n) },
	"day":    func(at time.Time) string { return at.Format(time.DateOnly) },
	"when":   func(at time.Time) (string, error) { return at.Format(time.RFC3339), nil },
	"bold":   func(s string) template.HTML { return template.HTML("<b>" + template.HTMLEscapeString(s) + "</b>") },
	"maybe":  func(s string) (template.HTML, error) { return template.HTML(template.HTMLEscapeString(s)), nil },
	"marked": func(s string) template.HTMLAttr { return template.HTMLAttr(` data-n="` + fmt.Sprint(len(s)) + `"`) },
	"same":   func(s string) (string, error) { return s, nil },
	"cut":    func(n int, s string) string { return s[:min(n, len(s))] },
	"lines":  strings.Fields,
	"count":  func(s string, n int64) (string, error) { return s + fmt.Sprint(n), nil },
	"shape":  func(v any) string { return fmt.Sprintf("%T", v) },
	"pair":   func(a, b string) []string { return []string{a, b} },
	"args": func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1] //nolint:forcetypeassert // a test
		}
		return out
	},
	"once": func(s string) string { return s },
}

var options = Options{Functions: functions, Constant: []string{"t", "label", "once"}, Named: "args"}

// sources are templates with every value in every context that pages have, and every construct that is supported.
var sources = map[string]string{
	"text":       `<p>{{.Text}}{{.Empty}}{{.Safe}}{{.Word}}{{.N}}{{.Small}}{{.Part}}{{.Yes}}{{.No}}{{.State}}{{.Err}}{{.ToText}}{{.AnyNil}}</p>`,
	"attributes": `<a title="{{.Text}}" data-a='{{.Text}}' data-b="{{.Safe}}{{.N}}{{.Yes}}{{.State}}" id={{.Text}} {{.Attribute}} {{.Text}}="x"{{marked .Text}}>x</a>`,
	"addresses":  `<a href="{{.Text}}">a</a><a href="/x/{{.N}}?q={{.Text}}&amp;r={{.Text}}#{{.Text}}">b</a><img src="{{.Address}}" srcset="{{.Text}}, {{.Text}} 2x"><a href="{{.Word}}">c</a>`,
	"srcset":     `<img srcset="{{.Text}}"><img srcset="{{.Safe}}">`,
	"script":     `<script>var a = {{.Text}}, b = {{.Inner}}, c = "{{.Text}}", d = {{.Numbers}};</script><script type="application/ld+json">{{.Fields}}</script>`,
	"style":      `<style>p { color: {{.Text}} }</style><p style="color: {{.Text}}; width: {{.N}}px" onclick="f({{.Text}})">x</p>`,
	"rcdata":     `<title>{{.Text}}{{.Safe}}</title><textarea>{{.Text}}</textarea>`,
	"constants":  `<p title="{{t "a & b"}}">{{t "a & b"}}{{label "x \"y\""}}{{"\n"}}{{once "<"}}{{t "a" "b"}}</p><a href="/{{once "a b"}}">{{if .Yes}}{{t "q"}}{{else}}{{t "r"}}{{end}}</a>`,
	"fields":     `{{.Inherited}}{{.Inner.Text}}{{.To.Text}}{{.To.Deep.Text}}{{.To.Deep.Deep}}{{.Any.Text}}{{(index .Fields "b")}}{{.Fields.a}}{{.Fields.none}}{{.Numbers.none}}{{.AnyNil}}`,
	"methods":    `{{.Method}}{{.Inner.Shout 2 "!"}}{{.To.Pointed}}{{.To.Shout 1 .Text}}{{.Failing .No}}{{range .Inners}}{{.Pointed}}{{.Shout 1 "?"}}{{end}}{{.State.String}}`,
	"functions":  `{{shout .Text}}{{double .N}}{{digits 5}}{{day .At}}{{when .At}}{{bold .Text}}{{maybe .Text}}{{same .Text}}{{cut 3 .Text}}{{count .Text .N}}{{count "k" 5}}{{shape .Small}}{{shape .Any}}{{shape nil}}{{label "k" .N .Text .Any}}{{t "k" .To.Text}}`,
	"builtins":   `{{not .Yes}}{{and .Yes .Text}}{{and .No .Text}}{{or .Empty .Text}}{{or .Empty .None .N}}{{eq .Text "x"}}{{eq .N -1234}}{{ne .Word "x"}}{{gt .N 3}}{{eq .Yes true}}{{eq .AnyNil nil}}{{eq .Nothing nil}}{{print .Text .N 5 "b" .Yes}}{{print "a" .Text}}{{print .Word .AnyNil}}{{index .Texts 1}}{{index .Numbers .Text}}<a href="{{print "/x?y=" (urlquery .Text)}}">x</a>{{eq .Any.Text .Text}}`,
	"branches":   `{{if .Text}}a{{else if .N}}b{{else}}c{{end}}{{if .Nothing}}a{{else}}{{if .To}}b{{end}}{{end}}{{if .None}}a{{end}}{{if .Part}}a{{end}}{{if .AnyNil}}a{{else}}b{{end}}{{if .Inner}}a{{end}}{{if .Fields}}a{{end}}`,
	"with":       `{{with .To}}{{.Text}}{{$.Text}}{{else}}x{{end}}{{with .Nothing}}{{.Text}}{{else}}{{.Text}}{{end}}{{with $x := .Text}}{{$x}}{{.}}{{end}}{{with .Any}}{{.Text}}{{end}}{{with .Empty}}x{{else with .Word}}{{.}}{{end}}`,
	"loops":      `{{range .Texts}}[{{.}}]{{else}}none{{end}}{{range .None}}x{{else}}none{{end}}{{range $i, $x := .Texts}}{{$i}}{{$x}}{{$.N}}{{end}}{{range $x := .Inners}}{{$x.Text}}{{end}}{{range $k, $v := .Fields}}{{$k}}={{$v}}{{end}}{{range lines .Text}}({{.}}){{end}}{{range .AnyNil}}x{{else}}y{{end}}`,
	"variables":  `{{$a := .Text}}{{$a}}{{if .Yes}}{{$a := .N}}{{$a}}{{end}}{{$a}}{{range .Texts}}{{$b := .}}{{$b}}{{$a}}{{end}}{{$c := .Inner}}{{$c.Text}}{{$.Inner.Text}}`,
	"calls":      `{{template "named" (args "a" .Text "b" .Inner "c" (args "d" .N) "e" (t "e"))}}<a {{template "attribute" .}} href="{{template "plain" .Text}}">{{template "plain" .Text}}</a>{{template "empty"}}{{template "plain" "constant"}}`,
	"named":      `{{.a}}{{.b.Text}}{{.c.d}}{{.e}}{{.none}}{{with .a}}{{.}}{{$.c.d}}{{end}}{{if .none}}x{{else}}y{{end}}{{or .none "z"}}`,
	"attribute":  `title="{{.Text}}" data-x="{{t "x"}}{{template "plain" .Text}}"`,
	"plain":      `{{.}}`,
	"empty":      ``,
	"nothing":    `{{.}}{{with .}}x{{else}}y{{end}}`,
	"comment":    `a{{/* not printed */}}b`,
	"recursive":  `({{.Text}}{{with .Deep}}{{template "recursive" .}}{{end}})`,
	"nested":     `{{template "recursive" .To}}{{template "nothing"}}`,
}

// texts are hostile in one context or another.
var texts = []string{
	"plain", "", `a & b < "c" > 'd' + e`, "</script><script>alert(1)</script>", "javascript:alert(1)", "http://a.b/c?d=e&f=%20%zz#g", "a b,c d", "여름밤 é \u2028",
	"\x00\xff\ufdd0\ufffe`=", "onclick", "/a/b-c_d.jpg 320w, /e~f.webp 640w", "expression(1)", "mailto:a@b", "data:,x", "{{.}}", "&amp;&#39;",
}

func parsed(t testing.TB, source map[string]string) *template.Template {
	t.Helper()
	set := template.New("set").Funcs(functions)
	for name, text := range source {
		if _, err := set.New(name).Parse(text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return set
}

func TestCompiledTemplatesPrintWhatTheyPrintedBefore(t *testing.T) {
	t.Parallel()
	plain := parsed(t, sources)
	if _, err := escaped(plain); err != nil { // all at once: what is escaped later depends on what was escaped before
		t.Fatal(err)
	}
	compiled, err := Compile(parsed(t, sources), options)
	if err != nil {
		t.Fatal(err)
	}
	for name := range sources {
		for _, text := range texts {
			for _, data := range dataOf(name, text) {
				compare(t, plain, compiled, name, data)
			}
		}
	}
}

// dataOf returns what a template can be executed with.
func dataOf(name, text string) []any {
	e := everythingOf(text)
	switch name {
	case "named":
		return []any{map[string]any{"a": text, "b": e.Inner, "c": map[string]any{"d": 5}}}
	case "recursive":
		return []any{e.To, *e.To, e.Inner}
	case "nothing":
		return []any{nil, text, e.Nothing, 0}
	}
	return []any{e, &e}
}

func compare(t *testing.T, plain *template.Template, compiled *Templates, name string, data any) {
	t.Helper()
	var want, got bytes.Buffer
	if err := plain.ExecuteTemplate(&want, name, data); err != nil {
		t.Fatalf("%s with %v: %v", name, data, err)
	}
	if err := compiled.Execute(&got, name, data); err != nil {
		t.Errorf("%s with %v: %v", name, data, err)
	} else if got.String() != want.String() {
		t.Errorf("%s with %v:\ngot  %s\nwant %s", name, data, &got, &want)
	}
}

func TestConstantFunctionsAreCalledOnce(t *testing.T) {
	t.Parallel()
	calls := 0
	funcs := template.FuncMap{"count": func(string) string { calls++; return "x" }, "args": functions["args"]}
	set, err := template.New("set").Funcs(funcs).Parse(`{{define "a"}}{{count "1"}}<p title="{{count "1"}}">{{template "b" (args "x" (count "1") "y" .)}}</p>{{end}}{{define "b"}}{{.x}}{{count .y}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := Compile(set, Options{Functions: funcs, Constant: []string{"count"}, Named: "args"})
	if err != nil {
		t.Fatal(err)
	}
	before := calls
	for range 3 {
		if err := compiled.Execute(&bytes.Buffer{}, "a", "y"); err != nil {
			t.Fatal(err)
		}
	}
	if calls != before+3 {
		t.Errorf("%d calls in three executions, want 3", calls-before)
	}
}

func TestTemplateThatCannotBeCompiledIsRefused(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"break":                 `{{range .}}{{break}}{{end}}`,
		"assignment":            `{{$x := 1}}{{$x = 2}}`,
		"function after a pipe": `{{. | shout}}`,
		"builtin":               `{{len .}}`,
		"number of arguments":   `{{not . .}}`,
		"name":                  `{{template "x" (args . 1)}}`,
		"float":                 `{{label "x" 1.5}}`,
		"no such template":      `{{if .}}{{template "nowhere"}}{{end}}`,
		"ends inside a tag":     `<a href="{{if .}}{{end}}`,
		"fails":                 `{{fails "x"}}`,
		"constant of a type":    `{{double "x"}}`,
	} {
		funcs := template.FuncMap{"fails": func(string) (string, error) { return "", errors.New("failed") }}
		set, err := parsed(t, map[string]string{"x": "x"}).Funcs(funcs).New("refused").Parse(source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		o := options
		o.Functions, o.Constant = template.FuncMap{"fails": funcs["fails"]}, []string{"fails"}
		maps.Copy(o.Functions, functions)
		if _, err := Compile(set, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestExecutionStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	for source, says := range map[string]string{
		`{{.Unknown}}`:                     "no Unknown",
		`{{.To.Text}}`:                     "nil has no Text",
		`{{.Any.Text}}`:                    "nil has no Text",
		`{{.Failing true}}`:                "failed",
		`{{.Nowhere 1}}`:                   "no method Nowhere",
		`{{shout .N}}`:                     "call shout",
		`{{shout .Any}}`:                   "call shout",
		`{{fail .Text}}`:                   "call fail: failed",
		`{{eq .Text .N}}`:                  "cannot be compared",
		`{{gt .Text "a"}}`:                 "integers",
		`{{index .Texts 9}}`:               "out of range",
		`{{range .N}}{{end}}`:              "range over int64",
		`{{template "endless"}}`:           "without end",
		`{{with .N}}{{.Text}}{{end}}`:      "int64 has no Text",
		`{{if fail "x"}}{{end}}`:           "call fail: failed",
		`{{template "x" (fail "x")}}`:      "call fail: failed",
		`{{$x := fail "x"}}`:               "call fail: failed",
		`{{range .Texts}}{{.Text}}{{end}}`: "string has no Text",
	} {
		set := parsed(t, map[string]string{"endless": `{{template "endless"}}`, "x": ""})
		funcs := template.FuncMap{"fail": func(string) (string, error) { return "", errors.New("failed") }}
		if _, err := set.Funcs(funcs).New("wrong").Parse(source); err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		o := options
		o.Functions = template.FuncMap{"fail": funcs["fail"], "shout": strings.ToUpper}
		compiled, err := Compile(set, o)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		err = compiled.Execute(&bytes.Buffer{}, "wrong", everything{N: 1, Texts: []string{"a"}})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", source, err, says)
		}
	}
	if err := (&Templates{}).Execute(&bytes.Buffer{}, "unknown", nil); err == nil {
		t.Error("an unknown template is executed")
	}
}

// chains are those of the pages and all others that package html/template can choose.
var chains = [][]string{
	{"_html_template_htmlescaper"},
	{"_html_template_attrescaper"},
	{"_html_template_rcdataescaper"},
	{"_html_template_htmlnamefilter"},
	{"_html_template_nospaceescaper"},
	{"_html_template_jsvalescaper"},
	{"_html_template_cssvaluefilter"},
	{"_html_template_urlfilter", "_html_template_urlnormalizer", "_html_template_attrescaper"},
	{"_html_template_urlnormalizer", "_html_template_attrescaper"},
	{"_html_template_urlescaper", "_html_template_attrescaper"},
	{"_html_template_srcsetescaper", "_html_template_attrescaper"},
	{"_html_template_urlnormalizer"},
}

// FuzzEscaping holds that strings and numbers are escaped as package html/template escapes them.
func FuzzEscaping(f *testing.F) {
	all := newEscapers()
	for _, chain := range chains {
		if _, err := all.of(chain); err != nil {
			f.Fatal(err)
		}
	}
	for i, text := range texts {
		f.Add(text, int64(i-2))
	}
	f.Fuzz(func(t *testing.T, text string, n int64) {
		for _, chain := range chains {
			e, err := all.of(chain)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []any{text, n, int(n), n > 0, template.HTML(text), template.HTMLAttr(text), word(text), &text} {
				var want, got bytes.Buffer
				if err := e.original.Execute(&want, v); err != nil {
					t.Fatal(err)
				}
				if err := e.print(&got, reflect.ValueOf(v)); err != nil || got.String() != want.String() {
					t.Errorf("%v of the %T %q: %q, %v, want %q", chain, v, v, &got, err, &want)
				}
			}
		}
	})
}
