package web

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"

	"github.com/gin-gonic/gin"
)

// File is an uploaded file, in memory.
type File struct {
	Name string // as the client named it; never used as a path
	Data []byte
}

var fileType = reflect.TypeFor[*File]()

// Form is a form as it was sent.
type Form struct {
	Values url.Values
	Files  map[string][]*File
}

// BindForm reads a multipart or urlencoded body into dst, a pointer to a struct whose fields carry
// `formData` tags: strings, integers, pointers to them, and *File, each file at most maxFile bytes.
// It returns unsupported_media_type, too_large, malformed or validation_failed.
func BindForm(c *gin.Context, dst any, maxFile int64) error { return bindForm(c, dst, maxFile, true) }

// BindLooseForm is BindForm without files that ignores unknown names, for OAuth2 clients at the login.
func BindLooseForm(c *gin.Context, dst any) error { return bindForm(c, dst, 0, false) }

// IsForm reports whether the Content-Type of the request is that of a form.
func IsForm(c *gin.Context) bool {
	kind := contentType(c)
	return kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data"
}

func bindForm(c *gin.Context, dst any, maxFile int64, strict bool) error {
	form, err := readForm(c, maxFile)
	if err != nil {
		return err
	}
	return form.bind(dst, strict)
}

// ReadForm returns the form in the body, a form without fields if there is no body. It keeps everything in memory: the
// fields may have MaxForm bytes in all and a file maxFile, together at most MaxUpload. If maxFile is 0, files are refused.
// It returns unsupported_media_type, too_large or malformed.
func ReadForm(c *gin.Context, maxFile int64) (Form, error) {
	if !hasBody(c.Request) {
		return Form{}, nil
	}
	form, err := readForm(c, maxFile)
	if errors.Is(err, errNoForm) {
		return Form{}, nil
	}
	return form, err
}

// Bind is [BindForm] for a form that was read before. It returns validation_failed.
func (f Form) Bind(dst any) error { return f.bind(dst, true) }

func (f Form) bind(dst any, strict bool) error {
	b := textBinder{tag: tagForm, loose: !strict}
	b.fill(reflect.ValueOf(dst).Elem(), f.Values)
	b.fillFiles(reflect.ValueOf(dst).Elem(), f.Files)
	return check(dst, b.found)
}

func readForm(c *gin.Context, maxFile int64) (form Form, err error) {
	if got := requestOf(c).received; got != nil && IsForm(c) {
		return got.formOf(maxFile)
	}
	switch contentType(c) {
	case "application/x-www-form-urlencoded":
		form.Values, err = readURLEncoded(c)
	case "multipart/form-data":
		form, err = readMultipart(c, maxFile)
	default:
		return Form{}, ErrUnsupportedMedia
	}
	if err == nil {
		err = reacquire(c)
	}
	return form, err
}

// errNoForm is the error of an empty body. To the API it is malformed, as for JSON, and not a form without fields.
var errNoForm = fmt.Errorf("%w (the body is empty)", ErrMalformed)

func readURLEncoded(c *gin.Context) (url.Values, error) {
	body, err := readBody(c, MaxForm)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, errNoForm
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrMalformed, err)
	}
	return values, nil
}
