package web

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// textBinder fills a struct from names and texts, as forms and queries have them.
type textBinder struct {
	tag   string
	loose bool
	found []apperr.Field
}

func (b *textBinder) fill(dst reflect.Value, values url.Values) {
	fields := flatten(dst, b.tag)
	for _, name := range sortedKeys(values) {
		target, known := fields[name]
		switch {
		case !known && !b.loose:
			b.found = append(b.found, Unknown(name))
		case !known:
		case len(values[name]) > 1:
			b.found = append(b.found, fieldError(name, "repeated"))
		default:
			b.set(name, values[name][0], target)
		}
	}
}

func (b *textBinder) fillFiles(dst reflect.Value, files map[string][]*File) {
	fields := flatten(dst, b.tag)
	for _, name := range sortedKeys(files) {
		target, known := fields[name]
		switch {
		case !known && !b.loose:
			b.found = append(b.found, Unknown(name))
		case !known:
		case target.value.Type() != fileType:
			b.found = append(b.found, WrongType(name, "string"))
		case len(files[name]) > 1:
			b.found = append(b.found, fieldError(name, "repeated"))
		default:
			target.value.Set(reflect.ValueOf(files[name][0]))
		}
	}
}

func (b *textBinder) set(name, text string, target slot) {
	dst := target.value
	if dst.Type() == fileType {
		if text != "" { // what a browser sends for a file input left empty
			b.found = append(b.found, WrongType(name, "file"))
		}
		return
	}
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	text, ok := cleanString(text, target.raw || dst.Kind() != reflect.String) // only texts are trimmed
	if !ok {
		b.found = append(b.found, BadFormat(name))
		return
	}
	if target.id {
		id, ok := parseID(text)
		if !ok {
			b.found = append(b.found, badID(name))
		}
		dst.SetInt(id)
		return
	}
	if err := parse(text, dst); err != nil {
		b.found = append(b.found, WrongType(name, jsonKind(dst.Kind())))
	}
}

func parse(text string, dst reflect.Value) error {
	switch dst.Kind() {
	case reflect.String:
		dst.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return strconv.ErrSyntax
		}
		dst.SetBool(text == "true")
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("parse integer: %w", err)
		}
		dst.SetInt(n)
	}
	return nil
}

// slot is a field that can be set.
type slot struct {
	value   reflect.Value
	raw, id bool
}

// flatten returns the settable fields by wire name, those of embedded structs included.
func flatten(v reflect.Value, tag string) map[string]slot {
	out := make(map[string]slot, v.NumField())
	for name, f := range fieldsOf(v.Type(), tag) {
		out[name] = slot{value: v.Field(f.index), raw: f.raw, id: f.id}
	}
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			maps.Copy(out, flatten(v.Field(i), tag))
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
