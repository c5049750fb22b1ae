package history

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// document is a format of JSON. It is told by keys in the begin of a file.
type document struct {
	format Format
	name   string
	order  int
	kind   Kind     // of values that cannot be read
	keys   string   // all of them are there, with | between alternatives
	lacks  string   // none of them is there
	paths  []string // of the values that are rows, see [tabular.NewDocuments]
	called func(name string, f *tabular.File) bool
	within string // the fields of an object, with | between them, whose elements are rows too, where a tool writes all into one file
	marks  string // keys that the elements of such a field have

	prepare func(*scope, json.RawMessage) error
	start   func(*scope, *tabular.File) func(json.RawMessage) ([]Entry, error)
}

// documents are the formats of JSON. The first one whose keys are there is taken.
func documents() []document {
	return slices.Concat(ownDocuments(), simklDocuments(), ryotDocuments(), watcharrDocuments(), traktDocuments())
}

// recogniseDocument returns the parts that a file of JSON is, or ErrUnknown.
func recogniseDocument(f *tabular.File, o Options) ([]*part, error) {
	alike := slices.DeleteFunc(documents(), func(d document) bool { return !d.has(f.Head) || !chosen(o.Format, d.format, d.name) })
	single := strings.HasPrefix(strings.TrimSpace(f.Head), "{") && (len(alike) == 0 || slices.Equal(alike[0].paths, elements))
	if single {
		all, err := fieldsOf(f)
		if err != nil {
			return nil, err
		}
		if parts := wrapped(f, o, all); len(parts) > 0 {
			return parts, nil
		}
		alike = slices.DeleteFunc(alike, func(d document) bool { return !all.have(d) })
	}
	d, err := oneOf(alike, f, o)
	if err != nil {
		return nil, err
	}
	if single {
		d.paths = whole
	}
	return []*part{d.part(f)}, nil
}

// oneOf returns the document that a file is, of those whose keys it has.
func oneOf(alike []document, f *tabular.File, o Options) (document, error) {
	switch {
	case len(alike) == 0:
		return document{}, unknown(named("keys of JSON", "JSON 키는", keysOf(f.Head)), o.Format)
	case len(alike) == 1 || alike[0].called == nil:
		return alike[0], nil
	}
	i := slices.IndexFunc(alike, func(d document) bool { return d.called != nil && d.called(nameOf(f, o), f) })
	if i >= 0 {
		return alike[i], nil
	}
	var names []string
	for _, d := range alike {
		if name := d.format.Name + "-" + d.name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return document{}, ambiguous(names)
}

var jsonKey = regexp.MustCompile(`"([^"\\]{1,40})"\s*:`)

// keysOf returns the first keys of JSON.
func keysOf(head string) (keys []string) {
	for _, m := range jsonKey.FindAllStringSubmatch(head, 100) {
		if !slices.Contains(keys, m[1]) && len(keys) < 20 {
			keys = append(keys, m[1])
		}
	}
	return keys
}

func (d document) has(head string) bool {
	for key := range strings.FieldsSeq(d.keys) {
		if !slices.ContainsFunc(strings.Split(key, "|"), func(k string) bool { return strings.Contains(head, `"`+k+`"`) }) {
			return false
		}
	}
	return !slices.ContainsFunc(strings.Fields(d.lacks), func(k string) bool { return strings.Contains(head, `"`+k+`"`) })
}

func (d document) part(f *tabular.File) *part {
	p := &part{format: d.format, name: d.name, order: d.order, file: f}
	open := func() (tabular.Rows, io.Closer, error) {
		r, err := f.Reader(nil)
		if err != nil {
			return nil, nil, err
		}
		if slices.Equal(d.paths, whole) && f.Shape() == tabular.Lines {
			return tabular.NewLines(r), r, nil // where a broken line does not end the file
		}
		return tabular.NewDocuments(r, func(path string) bool { return slices.Contains(d.paths, path) }), r, nil
	}
	p.open = func(s *scope) (readCloser, error) {
		rows, closer, err := open()
		if err != nil {
			return nil, err
		}
		return &documentReader{Closer: closer, scope: s, rows: rows, kind: d.kind, read: d.start(s, f)}, nil
	}
	if d.prepare != nil {
		p.prepare = func(s *scope) error {
			rows, closer, err := open()
			if err != nil {
				return err
			}
			for err == nil {
				var row tabular.Row
				if row, err = rows.Next(); err == nil && row.Err == nil {
					err = d.prepare(s, row.JSON)
				}
			}
			return joined(err, closer.Close())
		}
	}
	return p
}

// documentReader reads the values of a document.
type documentReader struct {
	io.Closer
	scope   *scope
	rows    tabular.Rows
	kind    Kind
	read    func(json.RawMessage) ([]Entry, error)
	waiting []Entry
}

// badValue is the reason why a value cannot be used.
var badValue = apperr.Text{EN: "This is not an object of JSON with the fields of its format.", KO: "형식에 맞는 JSON 객체가 아닙니다."}

// Next implements [Reader].
func (d *documentReader) Next() (Entry, error) {
	for len(d.waiting) == 0 {
		row, err := d.rows.Next()
		if err != nil {
			return Entry{}, err
		}
		if err := d.scope.addRow(); err != nil {
			return Entry{}, err
		}
		if row.Err != nil {
			d.waiting = []Entry{{Kind: d.kind, Failed: longRow}}
		} else if d.waiting, err = d.read(row.JSON); err != nil {
			d.waiting = []Entry{{Kind: d.kind, Failed: badValue}}
		}
		for i := range d.waiting {
			d.waiting[i].Line, d.waiting[i].Text = row.Line, string(row.JSON)
		}
	}
	e := d.waiting[0]
	d.waiting = d.waiting[1:]
	return e, nil
}

// loose is a text that some write as a number, and null is "".
type loose string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *loose) UnmarshalJSON(data []byte) error {
	switch {
	case len(data) > 0 && data[0] == '"':
		var s string
		err := json.Unmarshal(data, &s)
		*l = loose(s)
		return err
	case string(data) == "null", len(data) > 0 && (data[0] == '{' || data[0] == '['):
		*l = ""
	default:
		*l = loose(data)
	}
	return nil
}

// htmlBegin is how web pages and tables in HTML begin.
var htmlBegin = regexp.MustCompile(`(?i)^\s*(<!doctype html|<html|<head|<meta|<table|<tr)`)

func isHTML(head string) bool { return htmlBegin.MatchString(head[:min(len(head), 300)]) }
