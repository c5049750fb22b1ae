package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// File is an uploaded file, in memory.
type File struct {
	Name string // as the client calls it: never a path of ours
	Data []byte
}

var fileType = reflect.TypeFor[*File]()

// maxParts is more than any form of ours has.
const maxParts = 1000

// BindForm reads a multipart or urlencoded body into dst, a pointer to a struct whose fields carry
// `formData` tags: strings, integers, pointers to them, and *File, each file at most maxFile bytes.
// Nothing touches the disk. It returns unsupported_media_type, too_large, malformed or
// validation_failed.
func BindForm(c *gin.Context, dst any, maxFile int64) error { return bindForm(c, dst, maxFile, true) }

// BindLooseForm is BindForm that ignores names it does not know, for OAuth2 clients at the login.
func BindLooseForm(c *gin.Context, dst any) error { return bindForm(c, dst, 0, false) }

// IsForm reports whether the request says that its body is a form.
func IsForm(c *gin.Context) bool {
	kind := contentType(c)
	return kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data"
}

func bindForm(c *gin.Context, dst any, maxFile int64, strict bool) error {
	var values url.Values
	var files map[string][]*File
	var err error
	switch contentType(c) {
	case "application/x-www-form-urlencoded":
		values, err = readURLEncoded(c)
	case "multipart/form-data":
		values, files, err = readMultipart(c, reflect.TypeOf(dst).Elem(), maxFile)
	default:
		return ErrUnsupportedMedia
	}
	if err != nil {
		return err
	}
	b := textBinder{tag: tagForm, loose: !strict}
	b.fill(reflect.ValueOf(dst).Elem(), values)
	b.fillFiles(reflect.ValueOf(dst).Elem(), files)
	return check(dst, b.found)
}

func readURLEncoded(c *gin.Context) (url.Values, error) {
	if c.Request.ContentLength > MaxForm {
		return nil, ErrTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, MaxForm))
	if err != nil {
		return nil, readError(err)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrMalformed, err)
	}
	return values, nil
}

// readMultipart reads the parts one by one: what is no file shares MaxForm bytes, a file has
// maxFile to itself.
func readMultipart(c *gin.Context, t reflect.Type, maxFile int64) (url.Values, map[string][]*File, error) {
	slots := 0
	for f := range t.Fields() {
		if f.Type == fileType {
			slots++
		}
	}
	most := MaxForm + int64(slots)*(maxFile+1)
	if c.Request.ContentLength > most {
		return nil, nil, ErrTooLarge
	}
	body := &tailReader{ReadCloser: http.MaxBytesReader(c.Writer, c.Request.Body, most)}
	c.Request.Body = body
	reader, err := c.Request.MultipartReader()
	if err != nil {
		return nil, nil, fmt.Errorf("%w (%w)", ErrMalformed, err)
	}
	values, files, left := url.Values{}, map[string][]*File{}, int64(MaxForm)
	for parts := 0; ; parts++ {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return values, files, body.ended(c.GetHeader("Content-Type"), len(files) > 0)
		}
		if parts == maxParts {
			return nil, nil, ErrMalformed
		}
		if err != nil {
			return nil, nil, readError(err)
		}
		budget := left
		if part.FileName() != "" {
			budget = maxFile
		}
		data, err := readPart(part, budget)
		if err != nil {
			return nil, nil, err
		}
		if name := part.FormName(); part.FileName() != "" {
			files[name] = append(files[name], &File{Name: part.FileName(), Data: data})
		} else {
			left -= int64(len(data))
			values.Add(name, string(data))
		}
	}
}

// tailReader remembers the end of what was read: mime/multipart reports a body that broke off between
// two parts as a plain EOF, as if it were whole.
type tailReader struct {
	io.ReadCloser
	tail []byte
	read int64
}

// tailSize is more than mime/multipart reads beyond the last boundary.
const tailSize = 8 << 10

func (r *tailReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.read += int64(n)
	r.tail = append(r.tail, p[:n]...)
	if extra := len(r.tail) - tailSize; extra > 0 {
		r.tail = append(r.tail[:0], r.tail[extra:]...)
	}
	return n, err
}

// ended returns malformed unless the closing boundary was read (RFC 2046 §5.1.1), and too_large for a form
// without files that had only packing to say.
func (r *tailReader) ended(contentType string, files bool) error {
	if !files && r.read > MaxForm {
		return ErrTooLarge
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || !bytes.Contains(r.tail, []byte("--"+params["boundary"]+"--")) {
		return ErrMalformed
	}
	return nil
}

func readPart(part *multipart.Part, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return nil, readError(err)
	}
	if int64(len(data)) > limit {
		return nil, ErrTooLarge
	}
	return data, nil
}

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
	text, ok := cleanString(text, target.raw)
	if !ok {
		b.found = append(b.found, BadFormat(name))
		return
	}
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
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
