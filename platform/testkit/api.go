package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/web"
)

// API is a router under test. It checks every request and every response against the OpenAPI document of its
// routes.
type API struct {
	Router *openapi.Router
	Guard  *auth.Guard
	engine *gin.Engine
	load   func() (*Contract, error)
}

// API returns a router whose guard looks up sessions. Register the routes before the first request.
func (k *Kit) API(sessions auth.Sessions) *API {
	engine := web.NewEngine(web.Options{Log: k.Log, Origin: k.Origin})
	guard := auth.NewGuard(k.Tokens, sessions, k.Origin, k.Limiter, auth.Rates{Each: k.Rates}, k.Log)
	a := &API{Router: openapi.NewRouter(engine, guard, "test"), Guard: guard, engine: engine}
	a.Router.UseKeys(idempotency.New(k.DB, k.Clock.Now, k.Log))
	a.load = sync.OnceValues(func() (*Contract, error) { return ContractOf(a.Router) })
	return a
}

// Handler returns the router for tests that need a real server.
func (a *API) Handler() http.Handler { return a.engine }

// Option changes a request.
type Option func(*http.Request)

// As sends an access token in the Authorization header.
func As(token string) Option { return Header("Authorization", "Bearer "+token) }

// Cookie adds a cookie.
func Cookie(name, value string) Option {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: name, Value: value}) }
}

// Header sets a header.
func Header(name, value string) Option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// Body sends text as the body.
func Body(contentType, text string) Option {
	return func(r *http.Request) {
		r.Header.Set("Content-Type", contentType)
		r.Body = io.NopCloser(strings.NewReader(text))
		r.ContentLength = int64(len(text))
	}
}

// JSON sends v as JSON.
func JSON(v any) Option {
	body, err := json.Marshal(v)
	if err != nil {
		panic("testkit: encode body: " + err.Error())
	}
	return Body("application/json", string(body))
}

// Form sends a URL-encoded form of alternating names and values.
func Form(namesAndValues ...string) Option {
	values := url.Values{}
	for i := 0; i < len(namesAndValues); i += 2 {
		values.Add(namesAndValues[i], namesAndValues[i+1])
	}
	return Body("application/x-www-form-urlencoded", values.Encode())
}

// Part is a field of a multipart form, or a file when FileName is set.
type Part struct {
	Name, FileName string
	Data           []byte
}

// Multipart sends a multipart form.
func Multipart(parts ...Part) Option {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		if err := writePart(w, p); err != nil {
			panic("testkit: write part: " + err.Error())
		}
	}
	if err := w.Close(); err != nil {
		panic("testkit: close multipart: " + err.Error())
	}
	return Body(w.FormDataContentType(), body.String())
}

func writePart(w *multipart.Writer, p Part) error {
	h := textproto.MIMEHeader{}
	disposition := `form-data; name="` + p.Name + `"`
	if p.FileName != "" {
		disposition += `; filename="` + p.FileName + `"`
		h.Set("Content-Type", "application/octet-stream")
	}
	h.Set("Content-Disposition", disposition)
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	_, err = part.Write(p.Data)
	return err
}

// GET sends a request and checks it and its response against the document.
func (a *API) GET(t testing.TB, target string, options ...Option) *Response {
	t.Helper()
	return a.Do(t, http.MethodGet, target, options...)
}

// POST is GET with another method.
func (a *API) POST(t testing.TB, target string, options ...Option) *Response {
	t.Helper()
	return a.Do(t, http.MethodPost, target, options...)
}

// PUT is GET with another method.
func (a *API) PUT(t testing.TB, target string, options ...Option) *Response {
	t.Helper()
	return a.Do(t, http.MethodPut, target, options...)
}

// PATCH is GET with another method.
func (a *API) PATCH(t testing.TB, target string, options ...Option) *Response {
	t.Helper()
	return a.Do(t, http.MethodPatch, target, options...)
}

// DELETE is GET with another method.
func (a *API) DELETE(t testing.TB, target string, options ...Option) *Response {
	t.Helper()
	return a.Do(t, http.MethodDelete, target, options...)
}

// Do sends a request and checks it and its response against the document. It is safe for concurrent use.
func (a *API) Do(t testing.TB, method, target string, options ...Option) *Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	for _, o := range options {
		o(r)
	}
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("read body: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	w := httptest.NewRecorder()
	a.engine.ServeHTTP(w, r)
	res := &Response{t: t, Status: w.Code, Header: w.Header(), Body: w.Body.Bytes(), what: method + " " + target}
	doc, err := a.load()
	if err != nil {
		t.Fatalf("load the OpenAPI document: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	doc.check(t, r, res)
	return res
}

// Response is a recorded response.
type Response struct {
	t      testing.TB
	what   string
	Status int
	Header http.Header
	Body   []byte
}

// Want fails the test unless the response has this status.
func (r *Response) Want(status int) *Response {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("%s: status %d, want %d\n%s", r.what, r.Status, status, r.Body)
	}
	return r
}

// WantProblem fails the test unless the response is a problem document with this status and code.
func (r *Response) WantProblem(status int, code string) *Response {
	r.t.Helper()
	if r.Want(status); r.Problem().Code != code {
		r.t.Fatalf("%s: code %q, want %q\n%s", r.what, r.Problem().Code, code, r.Body)
	}
	return r
}

// WantField fails the test unless the response is a 422 with an error of field with this code.
func (r *Response) WantField(field, code string) *Response {
	r.t.Helper()
	r.WantProblem(http.StatusUnprocessableEntity, "validation_failed")
	for _, e := range r.Problem().Errors {
		if e.Field == field && e.Code == code {
			return r
		}
	}
	r.t.Fatalf("%s: no error of field %s with code %s\n%s", r.what, field, code, r.Body)
	return r
}

// Problem decodes a problem document.
func (r *Response) Problem() web.Problem {
	r.t.Helper()
	var p web.Problem
	r.Decode(&p)
	return p
}

// Decode decodes the body into v, and fails the test when it has a member that v lacks.
func (r *Response) Decode(v any) {
	r.t.Helper()
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		r.t.Fatalf("%s: decode: %v\n%s", r.what, err, r.Body)
	}
}

// Map decodes a JSON object.
func (r *Response) Map() map[string]any {
	r.t.Helper()
	var m map[string]any
	r.Decode(&m)
	return m
}

// List decodes a JSON array of objects.
func (r *Response) List() []map[string]any {
	r.t.Helper()
	var l []map[string]any
	r.Decode(&l)
	if l == nil {
		r.t.Fatalf("%s: want an array, got %s", r.what, r.Body)
	}
	return l
}

// ID returns the id of a JSON object.
func (r *Response) ID() int64 {
	r.t.Helper()
	id, ok := r.Map()["id"].(float64)
	if !ok {
		r.t.Fatalf("%s: no id in %s", r.what, r.Body)
	}
	return int64(id)
}

// Next returns the target of the link to the next page, or "" on the last page.
func (r *Response) Next() string {
	target, ok := strings.CutSuffix(r.Header.Get("Link"), `>; rel="next"`)
	if !ok {
		return ""
	}
	return strings.TrimPrefix(target, "<")
}
