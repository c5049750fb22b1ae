package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"

	"github.com/gin-gonic/gin"
)

// File is an uploaded file, in memory.
type File struct {
	Name string // as the client calls it: never a path of ours
	Data []byte
}

var fileType = reflect.TypeFor[*File]()

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
	if err == nil {
		err = arrived(c)
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
	if len(body) == 0 { // as for JSON: a form of no fields is not told apart from none
		return nil, ErrMalformed
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrMalformed, err)
	}
	return values, nil
}
