package web

import (
	"encoding/json"
	"reflect"
)

// Record fills a struct by the rules of [ParseJSON] from something else than an object of JSON, such as a row of a table.
type Record struct {
	dst       any
	to        reflect.Value
	fields    map[string]field
	malformed bool
	d         jsonDecoder
}

// NewRecord returns a record that fills dst, a pointer to a struct. Fields whose methods are not called are absent. Each name
// must be that of a field, and each field must be given once at most.
func NewRecord(dst any) *Record {
	to := reflect.ValueOf(dst).Elem()
	return &Record{dst: dst, to: to, fields: fieldsOf(to.Type(), tagJSON)}
}

// Text gives a field a text.
func (r *Record) Text(name, text string) {
	f := r.fields[name]
	dst := r.to.FieldByIndex(f.index)
	if nullable(dst.Type()) {
		dst = filled(dst)
	}
	if want := jsonType(target(dst)); want != "string" {
		r.d.found = append(r.d.found, WrongType(name, want))
		return
	}
	r.d.text(text, filled(dst), name, f.raw)
}

// Int gives a field, which is an integer, a number.
func (r *Record) Int(name string, n int64) {
	f := r.fields[name]
	dst := r.to.FieldByIndex(f.index)
	if nullable(dst.Type()) {
		dst = filled(dst)
	}
	filled(dst).SetInt(n)
}

// JSON gives a field a value of JSON without space around it. A text that is none is given as [Record.Text] does.
func (r *Record) JSON(name, value string) {
	raw := []byte(value)
	switch {
	case !json.Valid(raw):
		r.Text(name, value)
	case !wellFormed(raw):
		r.malformed = true
	default:
		f := r.fields[name]
		r.d.value(raw, r.to.FieldByIndex(f.index), name, f.raw)
	}
}

// Check returns the error that [ParseJSON] returns.
func (r *Record) Check() error {
	if r.malformed {
		return ErrMalformed
	}
	return check(r.dst, r.d.found)
}
