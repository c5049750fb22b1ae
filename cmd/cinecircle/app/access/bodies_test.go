package access_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/transfer"
)

// endlessBody is a body without an end that counts how many bytes were read.
type endlessBody struct {
	start string
	read  int64
}

func (b *endlessBody) Read(p []byte) (int, error) {
	n := copy(p, b.start)
	b.start = b.start[n:]
	for i := range p[n:] {
		p[n+i] = 'a'
	}
	b.read += int64(len(p))
	return len(p), nil
}

// bodySender sends oversized bodies to the routes of a program.
type bodySender struct{ *visitor }

func newBodySender(t *testing.T, a *app.App) *bodySender {
	t.Helper()
	return &bodySender{newVisitor(t, a)}
}

// writes returns the routes of the API and of the pages whose method is neither GET, HEAD nor OPTIONS.
func (s *bodySender) writes() (routes []gin.RouteInfo) {
	for _, r := range s.a.Handler.(*gin.Engine).Routes() {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions {
			routes = append(routes, r)
		}
	}
	return routes
}

// send returns the status and how much of the body was read. A length of -1 is a chunked body.
func (s *bodySender) send(t *testing.T, r gin.RouteInfo, contentType string, length int64, token string) (status int, read int64) {
	t.Helper()
	body := &endlessBody{}
	if strings.HasPrefix(contentType, "multipart") {
		body.start = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"
	}
	request := httptest.NewRequestWithContext(t.Context(), r.Method, s.paths.Replace(r.Path), body)
	request.ContentLength = length
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if token != "" {
		request.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: token})
	}
	res := httptest.NewRecorder()
	s.a.Handler.ServeHTTP(res, request)
	return res.Code, body.read
}

// contentTypeOf returns a content type that the route accepts.
func (s *bodySender) contentTypeOf(r gin.RouteInfo) string {
	if try, ok := attempts[r.Method+" "+r.Path]; ok && try.contentType != "" {
		return try.contentType
	}
	for _, page := range s.a.Site.List() {
		if page.Method == r.Method && page.Path == r.Path {
			return "application/x-www-form-urlencoded"
		}
	}
	return "application/json"
}

// mostRead is how many bytes of a body without a length may be read: the largest limit and a buffer.
const mostRead = web.MaxUpload + 64<<10

// large are the routes with a larger limit.
var large = map[string]int64{"/users/me/imports": ofImports, "/settings/transfer": ofImports}

const ofImports = transfer.MaxFile + web.MaxForm + 64<<10

func TestWritesCheckTheBodySizeAfterTheOtherChecks(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	s := newBodySender(t, a)
	routes := s.writes()
	if len(routes) < 60 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, r := range routes {
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			types := []string{s.contentTypeOf(r), "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"}
			for i, contentType := range types {
				if status, read := s.send(t, r, contentType, 256<<20, ""); status < 400 && status != 303 || read != 0 {
					t.Errorf("anonymous, %s: status %d, %d bytes were read", contentType, status, read)
				}
				status, read := s.send(t, r, contentType, 256<<20, s.access)
				if read != 0 || !refusesBody(status, i == 0) {
					t.Errorf("with a length, %s: status %d, %d bytes were read", contentType, status, read)
				}
				status, read = s.send(t, r, contentType, -1, s.access)
				if read > max(mostRead, large[r.Path]) || !refusesBody(status, i == 0) {
					t.Errorf("in chunks, %s: status %d, %d bytes were read", contentType, status, read)
				}
			}
		})
	}
}

// refusesBody reports whether the status refuses an oversized body. A content type or a method that the route does not
// accept is refused earlier.
func refusesBody(status int, typeFits bool) bool {
	return status == http.StatusRequestEntityTooLarge || status == http.StatusMethodNotAllowed || !typeFits && status == http.StatusUnsupportedMediaType
}

func TestTheBodyOfAThrottledRequestIsNotRead(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Limits.Enabled = true
	const burst = 5 // enough to sign in with
	for _, rate := range []*limit.Rate{&c.Limits.Write, &c.Limits.Upload, &c.Limits.Signup, &c.Limits.LoginAddress} {
		*rate = limit.Rate{Count: burst, Per: time.Hour, Burst: burst}
	}
	s := newBodySender(t, apptest.With(t, c))
	for _, r := range s.writes() {
		for range burst {
			s.send(t, r, "application/json", 256<<20, s.access)
		}
		status, read := s.send(t, r, "application/json", 256<<20, s.access)
		if status != http.StatusTooManyRequests && status != http.StatusMethodNotAllowed || read != 0 {
			t.Errorf("%s %s: status %d, %d bytes were read", r.Method, r.Path, status, read)
		}
	}
}

// TestUploadsAreNotSpooledToDisk is not parallel, because it sets TMPDIR, the folder into which the form parser of net/http
// writes what exceeds 32 MiB.
func TestUploadsAreNotSpooledToDisk(t *testing.T) {
	a := apptest.New(t)
	s := newBodySender(t, a)
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	for _, path := range []string{"/films/new", "/settings/image", "/preferences", "/signin", "/users/me/profile_image"} {
		body := &watchedBody{folder: folder, left: 40 << 20}
		body.start = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, body)
		request.ContentLength = -1
		request.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		request.AddCookie(&http.Cookie{Name: auth.AccessCookie, Value: s.access})
		a.Handler.ServeHTTP(httptest.NewRecorder(), request)
		body.look()
		for _, name := range body.seen {
			t.Errorf("%s: %s was in the temporary folder", path, name)
		}
	}
}

// watchedBody ends after left bytes, or as soon as there is a file in the folder.
type watchedBody struct {
	endlessBody
	folder string
	left   int
	seen   []string
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.look()
	if b.left -= len(p); b.left < 0 || len(b.seen) > 0 {
		return 0, io.EOF
	}
	return b.endlessBody.Read(p)
}

func (b *watchedBody) look() {
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		b.seen = append(b.seen, err.Error())
	}
	for _, e := range entries {
		b.seen = append(b.seen, e.Name())
	}
}
