package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// maxParts is more than any form of this service has.
const maxParts = 1000

// readMultipart reads the parts one by one, into memory: the fields share MaxForm bytes, a file has maxFile to itself.
func readMultipart(c *gin.Context, maxFile int64) (Form, error) {
	_, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return Form{}, ErrMalformed
	}
	LimitBody(c, MaxForm+maxFile)
	body := &tailReader{Reader: c.Request.Body}
	form := Form{Values: url.Values{}, Files: map[string][]*File{}}
	if err := form.addParts(multipart.NewReader(body, params["boundary"]), maxFile); err != nil {
		return Form{}, err
	}
	return form, body.ended(params["boundary"], len(form.Files) > 0)
}

func (f Form) addParts(reader *multipart.Reader, maxFile int64) error {
	left := int64(MaxForm)
	for parts := 0; ; parts++ {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if parts == maxParts {
			return ErrMalformed
		}
		if err != nil {
			return readError(err)
		}
		budget, file := left, isFile(part)
		if file {
			budget = maxFile
		}
		data, err := readPart(part, budget)
		if err != nil {
			return err
		}
		if name := part.FormName(); file && (len(data) > 0 || part.FileName() != "") {
			f.Files[name] = append(f.Files[name], &File{Name: part.FileName(), Data: data})
		} else {
			left -= int64(len(data))
			f.Values.Add(name, string(data))
		}
	}
}

// isFile reports whether a part is a file: it has the name of one, or the type of an image or of any bytes, because the
// name is optional (RFC 7578 §4.2). Browsers send a file input without a file as no bytes without a name.
func isFile(part *multipart.Part) bool {
	if part.FileName() != "" {
		return true
	}
	kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
	return kind == "application/octet-stream" || strings.HasPrefix(kind, "image/")
}

// tailReader remembers the end of what was read, because mime/multipart reports a body that ends between
// two parts as complete.
type tailReader struct {
	io.Reader
	tail []byte
	read int64
}

// tailSize is more than mime/multipart reads beyond the last boundary.
const tailSize = 8 << 10

func (r *tailReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	r.tail = append(r.tail, p[:n]...)
	if extra := len(r.tail) - tailSize; extra > 0 {
		r.tail = append(r.tail[:0], r.tail[extra:]...)
	}
	return n, err
}

// ended returns malformed unless the closing boundary was read (RFC 2046 §5.1.1), and too_large for a form
// without files whose text outside the parts exceeds the limit.
func (r *tailReader) ended(boundary string, files bool) error {
	if !files && r.read > MaxForm {
		return ErrTooLarge
	}
	if !bytes.Contains(r.tail, []byte("--"+boundary+"--")) {
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
