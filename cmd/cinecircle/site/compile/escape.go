package compile

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// Escapers of package html/template that replace each byte by itself, but for : and % in addresses. See its html.go
// and url.go.
var bytewise = []string{
	"_html_template_attrescaper", "_html_template_htmlescaper", "_html_template_rcdataescaper",
	"_html_template_urlescaper", "_html_template_urlfilter", "_html_template_urlnormalizer",
}

func isEscaper(name string) bool { return strings.HasPrefix(name, "_html_template_") }

// escapers are those of a set, by the names of the functions that they call in turn.
type escapers struct{ byChain map[string]*escaper }

func newEscapers() *escapers { return &escapers{byChain: map[string]*escaper{}} }

// escaper escapes what is printed in one kind of context. What it cannot escape itself, package html/template does.
type escaper struct {
	original *template.Template // prints the dot, escaped

	bytewise bool        // a string can be escaped byte by byte
	instead  [256]string // what is printed instead of a byte, "" for the byte
	address  bool        // where : and % do not only depend on themselves
	safe     reflect.Type
	keeps    func(string) bool // reports whether a string is printed as it is; nil if that is not known
}

var (
	stringType = reflect.TypeFor[string]()
	intType    = reflect.TypeFor[int]()
	int64Type  = reflect.TypeFor[int64]()
	boolType   = reflect.TypeFor[bool]()
)

// of returns the escaper that calls functions of package html/template in turn.
func (all *escapers) of(chain []string) (*escaper, error) {
	key := strings.Join(chain, " ")
	if e, ok := all.byChain[key]; ok {
		return e, nil
	}
	original, err := originalOf(chain)
	if err != nil {
		return nil, err
	}
	e := &escaper{original: original}
	switch key {
	case "_html_template_htmlescaper":
		e.safe = reflect.TypeFor[template.HTML]()
	case "_html_template_htmlnamefilter":
		e.safe = reflect.TypeFor[template.HTMLAttr]()
	case "_html_template_srcsetescaper _html_template_attrescaper":
		address, err := all.of([]string{"_html_template_urlnormalizer", "_html_template_attrescaper"})
		if err != nil {
			return nil, err
		}
		e.keeps = address.keepsSrcset
	}
	if !slices.ContainsFunc(chain, func(name string) bool { return !slices.Contains(bytewise, name) }) {
		if err := e.learn(); err != nil {
			return nil, err
		}
		e.address = strings.Contains(key, "_html_template_url")
	}
	all.byChain[key] = e
	return e, nil
}

// originalOf returns a template that prints its data through escapers of package html/template.
func originalOf(chain []string) (*template.Template, error) {
	t, err := template.New("escape").Parse("{{.}}")
	if err == nil {
		err = t.Execute(io.Discard, nil) // escapes it, after which the escapers are known and it can be changed
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the escapers: %w", err)
	}
	pipe := t.Tree.Root.Nodes[0].(*parse.ActionNode).Pipe
	pipe.Cmds = pipe.Cmds[:1]
	for _, name := range chain {
		call := []parse.Node{parse.NewIdentifier(name).SetTree(t.Tree)}
		pipe.Cmds = append(pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Args: call})
	}
	return t, nil
}

// learn fills instead with what the original makes of each byte.
func (e *escaper) learn() error {
	for b := range e.instead {
		var out bytes.Buffer
		if err := e.original.Execute(&out, string([]byte{byte(b)})); err != nil {
			return fmt.Errorf("learn what is escaped: %w", err)
		}
		if out.Len() != 1 || out.Bytes()[0] != byte(b) {
			e.instead[b] = out.String()
		}
	}
	e.bytewise = true
	return nil
}

// print prints a value.
func (e *escaper) print(out *bytes.Buffer, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if e.printString(out, v.Type(), v.String()) {
			return nil
		}
	case reflect.Int, reflect.Int64:
		if t := v.Type(); e.bytewise && (t == intType || t == int64Type) { // no escaper changes a digit
			out.Write(strconv.AppendInt(out.AvailableBuffer(), v.Int(), 10))
			return nil
		}
	case reflect.Bool:
		if e.bytewise && v.Type() == boolType {
			out.WriteString(strconv.FormatBool(v.Bool()))
			return nil
		}
	}
	data, err := as[any](v)
	if err != nil {
		return err
	}
	return e.original.Execute(out, data)
}

// printString prints a value of a type of strings, and reports whether it could.
func (e *escaper) printString(out *bytes.Buffer, t reflect.Type, s string) bool {
	switch {
	case t == e.safe, t == stringType && e.keeps != nil && e.keeps(s):
		out.WriteString(s)
	case t == stringType && e.bytewise && (!e.address || strings.IndexByte(s, ':') < 0 && strings.IndexByte(s, '%') < 0):
		e.text(out, s)
	default:
		return false
	}
	return true
}

// text prints a string byte by byte.
func (e *escaper) text(out *bytes.Buffer, s string) {
	from := 0
	for i := range len(s) {
		if instead := e.instead[s[i]]; instead != "" {
			out.WriteString(s[from:i])
			out.WriteString(instead)
			from = i + 1
		}
	}
	out.WriteString(s[from:])
}

// keepsSrcset reports whether nothing is replaced in a value of srcset: paths that this escaper of addresses keeps, with
// descriptors of letters and digits.
func (e *escaper) keepsSrcset(s string) bool {
	for one := range strings.SplitSeq(s, ",") {
		path, descriptor, _ := strings.Cut(strings.TrimLeft(one, " "), " ")
		for i := range len(path) {
			if b := path[i]; b == ':' || b == '%' || e.instead[b] != "" {
				return false
			}
		}
		for i := range len(descriptor) {
			if b := descriptor[i]; b != ' ' && (b|0x20 < 'a' || b|0x20 > 'z') && (b < '0' || b > '9') {
				return false
			}
		}
	}
	return true
}
