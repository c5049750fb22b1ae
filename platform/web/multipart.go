package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"

	"github.com/gin-gonic/gin"
)

// maxParts is more than any form of ours has.
const maxParts = 1000

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
