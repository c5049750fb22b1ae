package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"maps"
	"slices"

	"github.com/gin-gonic/gin"
)

// received is a body that was read before its handler binds it, with the error of reading it.
type received struct {
	json []byte
	form Form
	err  error
}

// Receive reads the body of a request now; the handler then binds what was read. It returns a fingerprint of the
// request: method, path, query and content. White space and the order of names in JSON, and the boundary and order of
// the parts of a form, make no difference.
//
// A body that the handler will refuse as unsupported_media_type or too_large has a fingerprint as well. The error is that
// of a body which did not arrive or cannot be taken apart.
func Receive(c *gin.Context) (fingerprint string, err error) {
	got := &received{}
	switch {
	case IsForm(c):
		got.form, got.err = readForm(c, requestOf(c).body.limit-MaxForm)
	case contentType(c) == mediaJSON:
		got.json, got.err = readBody(c, MaxJSON)
		if got.err == nil {
			got.err = reacquire(c)
		}
	default:
		got.err = ErrUnsupportedMedia
	}
	if got.err != nil && !errors.Is(got.err, ErrUnsupportedMedia) && !errors.Is(got.err, ErrTooLarge) && !errors.Is(got.err, errNoForm) {
		return "", got.err
	}
	requestOf(c).received = got
	d := digest{sha256.New()}
	d.text(c.Request.Method, c.Request.URL.EscapedPath(), c.Request.URL.Query().Encode())
	if got.err != nil {
		d.text("refused", got.err.Error(), c.GetHeader("Content-Type"))
	}
	d.json(got.json)
	d.form(got.form)
	return hex.EncodeToString(d.Sum(nil)), nil
}

// digest hashes texts, each after its length, so that different lists of texts have different digests.
type digest struct{ hash.Hash }

func (d digest) text(texts ...string) {
	for _, t := range texts {
		d.bytes([]byte(t))
	}
}

func (d digest) bytes(b []byte) {
	_, _ = d.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b)))) // a hash never fails
	_, _ = d.Write(b)
}

// json hashes JSON with sorted names. The length tells an object with a name twice from the one that is left of it.
func (d digest) json(body []byte) {
	var compact bytes.Buffer
	if json.Compact(&compact, body) != nil {
		d.bytes(body)
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		d.bytes(body)
		return
	}
	sorted, err := json.Marshal(v)
	if err != nil {
		sorted = body
	}
	d.bytes(sorted)
	d.bytes(binary.BigEndian.AppendUint64(nil, uint64(compact.Len())))
}

func (d digest) form(f Form) {
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		for _, value := range f.Values[name] {
			d.text("value", name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Files)) {
		for _, file := range f.Files[name] {
			d.text("file", name, file.Name)
			d.bytes(file.Data)
		}
	}
}

// formOf returns the form that was received. It returns too_large if a file has more than maxFile bytes.
func (r *received) formOf(maxFile int64) (Form, error) {
	for _, files := range r.form.Files {
		for _, file := range files {
			if int64(len(file.Data)) > maxFile {
				return Form{}, ErrTooLarge
			}
		}
	}
	return r.form, r.err
}
