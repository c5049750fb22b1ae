package barrage

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// encode encodes the body and then applies the faults of encoded requests.
func (s *Request) encode() {
	switch s.mediaType {
	case "":
	case "application/json":
		s.header.Set("Content-Type", s.mediaType)
		s.Body = []byte(encodeObject(s.members))
	case "multipart/form-data":
		s.encodeMultipart()
	default:
		s.header.Set("Content-Type", s.mediaType)
		s.Body = []byte(encodePairs(s.fields()))
	}
	for _, f := range s.after {
		f()
	}
	if s.length == 0 {
		s.length = int64(len(s.Body))
	}
	sanitize(s.header)
}

func encodeObject(members []pair) string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = quote(m.name) + ":" + m.value
	}
	return "{" + strings.Join(out, ",") + "}"
}

func (s *Request) fields() []pair {
	out := make([]pair, len(s.parts))
	for i, p := range s.parts {
		out[i] = pair{p.name, p.value}
	}
	return out
}

// encodePairs keeps the order and repetitions, unlike url.Values.
func encodePairs(pairs []pair) string {
	out := make([]string, len(pairs))
	for i, p := range pairs {
		out[i] = url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value)
	}
	return strings.Join(out, "&")
}

func (s *Request) encodeMultipart() {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	_ = w.SetBoundary("barrage-0123456789") // cannot fail: the boundary is valid
	for _, p := range s.parts {
		disposition := `form-data; name="` + escapeQuotes(p.name) + `"`
		h := textproto.MIMEHeader{}
		if p.fileName != "" {
			disposition += `; filename="` + escapeQuotes(p.fileName) + `"`
			h.Set("Content-Type", "application/octet-stream")
		}
		h.Set("Content-Disposition", disposition)
		if body, err := w.CreatePart(h); err == nil {
			_, _ = io.WriteString(body, p.value)
		}
	}
	_ = w.Close()
	s.header.Set("Content-Type", w.FormDataContentType())
	s.Body = out.Bytes()
}

func escapeQuotes(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "%0D", "\n", "%0A").Replace(s)
}

func (s *Request) escapedPath() string {
	if s.rawPath != "" {
		return s.rawPath
	}
	out := make([]string, len(s.path))
	for i, segment := range s.path {
		out[i] = url.PathEscape(segment)
	}
	return "/" + strings.Join(out, "/")
}

func (s *Request) escapedQuery() string {
	if s.rawQuery != "" {
		return s.rawQuery
	}
	return encodePairs(s.query)
}

func (s *Request) target() string {
	if q := s.escapedQuery(); q != "" {
		return s.escapedPath() + "?" + q
	}
	return s.escapedPath()
}

// HTTP returns the request as net/http passes it to a handler. A body that is shorter than its Content-Length ends
// with an error, as if the client had disconnected.
func (s *Request) HTTP(ctx context.Context) *http.Request {
	path, err := url.PathUnescape(s.escapedPath())
	if err != nil {
		path = s.escapedPath()
	}
	r := &http.Request{
		Method: s.method, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: s.header.Clone(), Host: "example.com",
		URL:        &url.URL{Path: path, RawPath: s.escapedPath(), RawQuery: s.escapedQuery()},
		RequestURI: s.target(), RemoteAddr: "192.0.2.1:1234", ContentLength: s.length,
	}
	r.Body = io.NopCloser(bytes.NewReader(s.Body))
	switch {
	case s.length < 0:
		r.TransferEncoding = []string{"chunked"}
	case s.length > int64(len(s.Body)):
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(s.Body), brokenOff{}))
	}
	if len(s.Body) == 0 && s.length == 0 {
		r.Body = http.NoBody
	}
	return r.WithContext(ctx)
}

// brokenOff is the rest of a body whose client disconnected.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
