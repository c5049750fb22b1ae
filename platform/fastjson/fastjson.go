// Package fastjson encodes values in the bytes that encoding/json writes, in half the time. It does not parse what times
// and other values write of themselves, looks at the tags of a type once, and copies nothing twice. What responses seldom
// have, such as maps, it leaves to encoding/json.
package fastjson

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Appender is a value that writes itself. It is trusted to write what encoding/json would: that checks and copies the result
// of a MarshalJSON, which takes as long as encoding it.
type Appender interface {
	// AppendJSON appends the value to b.
	AppendJSON(b []byte) ([]byte, error)
}

// Marshal returns v as JSON.
func Marshal(v any) ([]byte, error) {
	return collect(func(b []byte) ([]byte, error) { return Append(b, v) })
}

// Append appends v as JSON to b.
func Append(b []byte, v any) ([]byte, error) {
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return append(b, "null"...), nil
	}
	return encoderOf(value.Type())(b, value)
}

// MarshalList returns rows, each converted by show, as JSON.
func MarshalList[T, R any](rows []T, show func(T) R) ([]byte, error) {
	encode, one := encoderOf(reflect.TypeFor[R]()), new(R)
	value := reflect.ValueOf(one).Elem()
	return collect(func(b []byte) (_ []byte, err error) {
		b = append(b, '[')
		for i, row := range rows {
			if i > 0 {
				b = append(b, ',')
			}
			*one = show(row)
			if b, err = encode(b, value); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	})
}

// buffers are reused, because a buffer that grows to the size of a page takes three times its memory.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the capacity of the largest buffer that is reused.
const maxKept = 64 << 10

// collect returns what appendTo appends.
func collect(appendTo func(b []byte) ([]byte, error)) ([]byte, error) {
	buffer := buffers.Get().(*[]byte)
	b, err := appendTo((*buffer)[:0])
	if err != nil {
		return nil, err
	}
	made := slices.Clone(b)
	if cap(b) <= maxKept {
		*buffer = b
		buffers.Put(buffer)
	}
	return made, nil
}

// encoder appends values of a type to b.
type encoder func(b []byte, v reflect.Value) ([]byte, error)

// encoders are the encoders of the types that were met, by their [reflect.Type].
var encoders sync.Map

func encoderOf(t reflect.Type) encoder {
	if known, ok := encoders.Load(t); ok {
		return known.(encoder)
	}
	// A type that contains itself finds the one that waits while its own is made.
	made := sync.OnceValue(func() encoder { return newEncoder(t) })
	waits := encoder(func(b []byte, v reflect.Value) ([]byte, error) { return made()(b, v) })
	if other, known := encoders.LoadOrStore(t, waits); known {
		return other.(encoder)
	}
	encoders.Store(t, made())
	return made()
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	appenders = reflect.TypeFor[Appender]()
	special   = []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()}
)

func newEncoder(t reflect.Type) encoder {
	switch {
	case t == timeType:
		return appendTime
	case t.Kind() == reflect.Pointer:
		return pointers(encoderOf(t.Elem()))
	case t.Kind() != reflect.Interface && t.Implements(appenders):
		return appendItself
	case slices.ContainsFunc(special, reflect.PointerTo(t).Implements), t == reflect.TypeFor[json.Number]():
		return byPackage
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int(), 10), nil }
	case reflect.Float64:
		return appendFloat
	case reflect.String:
		return func(b []byte, v reflect.Value) ([]byte, error) { return appendString(b, v.String()), nil }
	case reflect.Interface:
		return appendInterface
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // else it is base64
			return slicesOf(encoderOf(t.Elem()))
		}
	case reflect.Struct:
		if fields, ok := fieldsOf(t, nil, nil); ok {
			return structs(fields)
		}
	default:
	}
	return byPackage
}

// byPackage leaves a value to encoding/json.
func byPackage(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr() // with the methods of the pointer
	}
	text, err := json.Marshal(v.Interface())
	return append(b, text...), err
}

func appendItself(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr() // an interface of a pointer needs no copy
	}
	return v.Interface().(Appender).AppendJSON(b)
}

func appendTime(b []byte, v reflect.Value) ([]byte, error) {
	var at time.Time
	if v.CanAddr() {
		at = *v.Addr().Interface().(*time.Time) // an interface of a pointer needs no copy
	} else {
		at = v.Interface().(time.Time)
	}
	b, err := at.AppendText(append(b, '"'))
	return append(b, '"'), err
}

func pointers(elem encoder) encoder {
	return func(b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return elem(b, v.Elem())
	}
}

func appendInterface(b []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	return encoderOf(v.Elem().Type())(b, v.Elem())
}

func slicesOf(elem encoder) encoder {
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = elem(b, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
}

func appendFloat(b []byte, v reflect.Value) ([]byte, error) {
	if size := math.Abs(v.Float()); size != 0 && !(size >= 1e-6 && size < 1e21) {
		return byPackage(b, v) // with an exponent, or an error
	}
	return strconv.AppendFloat(b, v.Float(), 'f', -1, 64), nil
}

// field is a field of a struct.
type field struct {
	index     []int
	key       string // the name in quotation marks, with the colon
	encode    encoder
	omitEmpty bool
}

func structs(fields []field) encoder {
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		separator := byte('{')
		for i := range fields {
			f := &fields[i]
			value := v.Field(f.index[0])
			for _, next := range f.index[1:] {
				value = value.Field(next)
			}
			if f.omitEmpty && isEmpty(value) {
				continue
			}
			b = append(append(b, separator), f.key...)
			separator = ','
			if b, err = f.encode(b, value); err != nil {
				return nil, err
			}
		}
		if separator == '{' {
			b = append(b, '{')
		}
		return append(b, '}'), nil
	}
}

// isEmpty reports whether omitempty leaves a value out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

// fieldsOf appends the fields of t, a struct that is embedded at index, to fields. It reports false for a struct that only
// encoding/json understands.
func fieldsOf(t reflect.Type, index []int, fields []field) (_ []field, ok bool) {
	for i := range t.NumField() {
		f, at := t.Field(i), append(slices.Clone(index), i)
		name, options, tagged := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			if name != "" || tagged || f.Type.Kind() != reflect.Struct {
				return nil, false
			}
			if fields, ok = fieldsOf(f.Type, at, fields); !ok {
				return nil, false
			}
			continue
		case !f.IsExported(), name == "-" && !tagged:
			continue
		case name == "":
			name = f.Name
		}
		key := string(appendString(nil, name)) + ":"
		same := slices.ContainsFunc(fields, func(other field) bool { return other.key == key })
		if same || !isPlain(name) || options != "" && options != "omitempty" {
			return nil, false
		}
		fields = append(fields, field{index: at, key: key, encode: encoderOf(f.Type), omitEmpty: options != ""})
	}
	return fields, true
}

// isPlain reports whether encoding/json takes a name as it is.
func isPlain(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool {
		return r > 'z' || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.", r)
	}) < 0
}

// marked are the bytes at which appendString looks twice: what JSON or HTML escapes, and the first byte of U+2028 and U+2029.
var marked = func() (of [256]bool) {
	for c := range 0x20 {
		of[c] = true
	}
	for _, c := range []byte{'"', '\\', '<', '>', '&', 0xe2} {
		of[c] = true
	}
	return of
}()

const hexDigits = "0123456789abcdef"

// appendString appends s in quotation marks.
func appendString(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		text, _ := json.Marshal(s) // a string has no error
		return append(b, text...)
	}
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !marked[c] {
			continue
		}
		if c == 0xe2 {
			if s[i+1] != 0x80 || s[i+2]&^1 != 0xa8 { // neither U+2028 nor U+2029, which JavaScript takes for ends of lines
				continue
			}
			b = append(append(b, s[from:i]...), `\u202`...)
			i += 2
			b, from = append(b, hexDigits[s[i]&0xf]), i+1
			continue
		}
		b, from = append(b, s[from:i]...), i+1
		if short := strings.IndexByte("\"\\\b\f\n\r\t", c); short >= 0 {
			b = append(b, '\\', `"\bfnrt`[short])
		} else {
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return append(append(b, s[from:]...), '"')
}
