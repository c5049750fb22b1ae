package site

import (
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTemplatesHaveNoLongLines(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("templates: %v, %v", files, err)
	}
	for _, file := range files {
		source, err := templateFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(source), "\n") {
			if length := utf8.RuneCountInString(line); length > 120 {
				t.Errorf("%s:%d has %d characters, more than 120", file, i+1, length)
			}
		}
	}
}

func TestIndentationIsNotSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, source, want string }{
		{"between tags", "<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n", "<ul><li>a</li><li>b</li></ul>"},
		{"between a tag and an action", "<p>\n  {{.}}\n</p>", "<p>{{.}}</p>"},
		{"between actions", "{{if .}}\n\n\t<b>x</b>\n{{end}}\n{{.}}", "{{if .}}<b>x</b>{{end}}{{.}}"},
		{"between words", "<p>\n  one\n  two\n</p>", "<p>one two</p>"},
		{"within a line", "<a>x</a> <a>y</a>", "<a>x</a> <a>y</a>"},
		{"a space at the end of a line", "<b>x</b>{{\" \"}}\n<b>y</b>", "<b>x</b> <b>y</b>"},
		{"a space between two lines of actions", "{{.A}}{{\" \"}}\r\n  {{.B}}", "{{.A}} {{.B}}"},
		{"inside a tag", "<a\n  href=\"/\"\n  id=\"x\"\n>y</a>", `<a href="/" id="x">y</a>`},
		{"before a conditional attribute", "<a href=\"/\"\n  {{if .}} hidden{{end}}\n  id=\"x\">", `<a href="/"{{if .}} hidden{{end}} id="x">`},
		{"inside an attribute", "<a title=\"one >\n two\" id='a\n>'>", "<a title=\"one >\n two\" id='a\n>'>"},
		{"quotes of an action inside an attribute", `<a title="{{t "x > y"}}"` + "\n" + ` id="z">`, `<a title="{{t "x > y"}}" id="z">`},
		{"inside an action", "{{template \"x\" (args\n  \"a\" 1)}}\n", "{{template \"x\" (args\n  \"a\" 1)}}"},
		{"textarea", "<textarea\n  name=\"x\">\n a\n</textarea>\n<b>c</b>", "<textarea name=\"x\">\n a\n</textarea><b>c</b>"},
		{"pre", "<pre>\n {{.}}\n <b>\n</b></pre>\n", "<pre>\n {{.}}\n <b>\n</b></pre>"},
		{"an element whose name begins like a verbatim one", "<pretty>\n a\n</pretty>", "<pretty>a</pretty>"},
		{"what is not finished", "<pre>\n x", "<pre>\n x"},
		{"an action that is not finished", "<a title=\"{{x\n", "<a title=\"{{x\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := withoutIndentation(c.source)
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if again := withoutIndentation(got); again != got {
				t.Errorf("stripping twice gives %q", again)
			}
		})
	}
}
