package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// BindJSON reads the body into dst, a pointer to a struct, and checks its rules. Unlike
// encoding/json it takes names by their exact case, and refuses unknown and repeated names, null,
// broken UTF-8, and anything after the value.
// It returns unsupported_media_type, too_large, malformed or validation_failed.
func BindJSON(c *gin.Context, dst any) error {
	if contentType(c) != "application/json" {
		return ErrUnsupportedMedia
	}
	if c.Request.ContentLength > MaxJSON { // said beforehand, so nothing of it has to be read
		return ErrTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, MaxJSON))
	if err != nil {
		return readError(err)
	}
	if err := arrived(c); err != nil {
		return err
	}
	return ParseJSON(body, dst)
}

// ParseJSON is BindJSON for a body that came another way, such as a line of a file.
func ParseJSON(body []byte, dst any) error {
	if !wellFormed(body) {
		return ErrMalformed
	}
	var d jsonDecoder
	if trimmed := bytes.TrimSpace(body); trimmed[0] != '{' {
		return apperr.Validation(WrongType("", "object"))
	}
	d.object(body, reflect.ValueOf(dst).Elem(), "")
	return check(dst, d.found)
}

// readError keeps a body that is too large apart from one that broke off.
func readError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return ErrTooLarge
	}
	return fmt.Errorf("%w (%w)", ErrMalformed, err)
}

// wellFormed reports whether body is one JSON value in valid UTF-8 without half surrogate pairs,
// which encoding/json would silently replace.
func wellFormed(body []byte) bool {
	return json.Valid(body) && utf8.Valid(body) && !loneSurrogate(body)
}

func loneSurrogate(body []byte) bool {
	for i := 0; i < len(body)-1; i++ {
		if body[i] != '\\' {
			continue
		}
		if body[i+1] != 'u' {
			i++ // an escape of one character
			continue
		}
		switch r := escaped(body, i); {
		case r >= 0xDC00 && r <= 0xDFFF:
			return true
		case r >= 0xD800 && r <= 0xDBFF:
			if low := escaped(body, i+6); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		}
		i += 5
	}
	return false
}

// escaped returns the code unit of the \uXXXX at i, or -1.
func escaped(body []byte, i int) int64 {
	if i+6 > len(body) || body[i] != '\\' || body[i+1] != 'u' {
		return -1
	}
	r, err := strconv.ParseUint(string(body[i+2:i+6]), 16, 16)
	if err != nil {
		return -1
	}
	return int64(r)
}

// jsonDecoder fills a struct from well-formed JSON and collects what does not fit.
type jsonDecoder struct{ found []apperr.Field }

func (d *jsonDecoder) object(raw []byte, dst reflect.Value, path string) {
	fields := fieldsOf(dst.Type(), tagJSON)
	seen := make(map[string]bool, len(fields))
	for name, value := range members(raw) {
		at := join(path, name)
		f, known := fields[name]
		switch {
		case !known:
			d.found = append(d.found, Unknown(at))
		case seen[name]:
			d.found = append(d.found, fieldError(at, "repeated"))
		default:
			d.value(value, dst.FieldByIndex(f.index), at, f.raw)
		}
		seen[name] = true
	}
}

func (d *jsonDecoder) value(raw json.RawMessage, dst reflect.Value, at string, keepSpace bool) {
	if dst.Kind() == reflect.Pointer && string(raw) != "null" {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	want := jsonKind(dst.Kind())
	if !startsAs(raw, want) {
		d.found = append(d.found, WrongType(at, want))
		return
	}
	switch want {
	case "object":
		d.object(raw, dst, at)
	case "array":
		d.array(raw, dst, at)
	case "string":
		d.text(raw, dst, at, keepSpace)
	default:
		if err := json.Unmarshal(raw, dst.Addr().Interface()); err != nil {
			d.found = append(d.found, WrongType(at, want))
		}
	}
}

func (d *jsonDecoder) array(raw []byte, dst reflect.Value, at string) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		d.found = append(d.found, WrongType(at, "array"))
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		d.value(item, dst.Index(i), at+"["+strconv.Itoa(i)+"]", false)
	}
}

func (d *jsonDecoder) text(raw []byte, dst reflect.Value, at string, keepSpace bool) {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		d.found = append(d.found, WrongType(at, "string"))
		return
	}
	s, ok := cleanString(s, keepSpace)
	if !ok {
		d.found = append(d.found, BadFormat(at))
		return
	}
	dst.SetString(s)
}

// members yields the members of a JSON object in order, repeated names included.
func members(raw []byte) func(yield func(string, json.RawMessage) bool) {
	return func(yield func(string, json.RawMessage) bool) {
		dec := json.NewDecoder(bytes.NewReader(raw))
		if _, err := dec.Token(); err != nil { // the opening brace
			return
		}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return
			}
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				return
			}
			if !yield(name.(string), value) {
				return
			}
		}
	}
}

// jsonKind returns the JSON type that fills a Go value.
func jsonKind(k reflect.Kind) string {
	switch k {
	case reflect.Struct:
		return "object"
	case reflect.Slice:
		return "array"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Float64:
		return "number"
	}
	return "integer"
}

// startsAs reports whether a well-formed value can be of the JSON type want.
func startsAs(raw []byte, want string) bool {
	switch raw[0] {
	case '{':
		return want == "object"
	case '[':
		return want == "array"
	case '"':
		return want == "string"
	case 't', 'f':
		return want == "boolean"
	case 'n':
		return false
	}
	return want == "integer" || want == "number"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return strings.Join([]string{path, name}, ".")
}
