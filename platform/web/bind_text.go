package web

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// textBinder fills a struct from the texts of a form or a query.
type textBinder struct {
	tag   string
	loose bool
	found []apperr.Field
}

func (b *textBinder) fill(dst reflect.Value, values url.Values) {
	fields := fieldsOf(dst.Type(), b.tag)
	for _, name := range sortedKeys(values) {
		f, known := fields[name]
		switch {
		case !known && !b.loose:
			b.found = append(b.found, Unknown(name))
		case !known:
		case len(values[name]) > 1:
			b.found = append(b.found, fieldError(name, "repeated"))
		default:
			b.set(name, values[name][0], f, dst.FieldByIndex(f.index))
		}
	}
}

func (b *textBinder) fillFiles(dst reflect.Value, files map[string][]*File) {
	fields := fieldsOf(dst.Type(), b.tag)
	for _, name := range sortedKeys(files) {
		f, known := fields[name]
		switch {
		case !known && !b.loose:
			b.found = append(b.found, Unknown(name))
		case !known:
		case dst.FieldByIndex(f.index).Type() != fileType:
			b.found = append(b.found, WrongType(name, "string"))
		case len(files[name]) > 1:
			b.found = append(b.found, fieldError(name, "repeated"))
		default:
			dst.FieldByIndex(f.index).Set(reflect.ValueOf(files[name][0]))
		}
	}
}

func (b *textBinder) set(name, text string, f field, dst reflect.Value) {
	if dst.Type() == fileType {
		if text != "" { // browsers send "" for a file input without a file
			b.found = append(b.found, WrongType(name, "file"))
		}
		return
	}
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	clean := CleanText
	switch {
	case f.raw, dst.Kind() != reflect.String: // only strings are trimmed
		clean = cleanRaw
	case b.tag == tagQuery:
		clean = cleanSearch
	}
	text, ok := clean(text)
	if !ok {
		b.found = append(b.found, BadFormat(name))
		return
	}
	if f.id {
		id, ok := ParseID(text)
		if !ok {
			b.found = append(b.found, badID(name))
		}
		dst.SetInt(id)
		return
	}
	if dst.Type() == starsType {
		b.found = append(b.found, setStars(text, dst, name)...)
		return
	}
	if err := parse(text, dst); err != nil {
		b.found = append(b.found, WrongType(name, jsonType(dst.Type())))
	}
}

var starsType = reflect.TypeFor[stars.Stars]()

// setStars sets dst to the rating that text says, or returns the error of the field.
func setStars(text string, dst reflect.Value, name string) []apperr.Field {
	s, code := stars.Parse(text)
	if code != "" {
		return []apperr.Field{badStars(name, code)}
	}
	dst.SetInt(int64(s))
	return nil
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

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
