package site_test

import (
	"bytes"
	"html"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// browser is an HTTP client with cookies that behaves like a browser without JavaScript.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
	lang string
	// agent is the User-Agent, "" for that of the HTTP client.
	agent string
}

// seen is an answer, its body unescaped.
type seen struct {
	status int
	path   string // after redirects
	header http.Header
	body   string // without the elements bdi around names and titles
	raw    string // as it was sent
}

var isolates = regexp.MustCompile(`</?bdi[^>]*>`)

func openSite(t *testing.T) (*app.App, *httptest.Server) {
	t.Helper()
	a := apptest.New(t)
	server := apptest.Serve(t, a.Handler)
	return a, server
}

func newBrowser(t *testing.T, server *httptest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: server.URL, lang: "en", http: &http.Client{Jar: jar}}
}

func (b *browser) send(r *http.Request) seen {
	b.t.Helper()
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", b.lang)
	if b.agent != "" {
		r.Header.Set("User-Agent", b.agent)
	}
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", b.base)
	}
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return seen{
		status: answer.StatusCode, path: answer.Request.URL.RequestURI(), header: answer.Header,
		body: html.UnescapeString(isolates.ReplaceAllString(string(body), "")), raw: string(body),
	}
}

func (b *browser) get(path string) seen {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(r)
}

func (b *browser) request(path string, fields ...string) *http.Request {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (b *browser) post(path string, fields ...string) seen {
	b.t.Helper()
	return b.send(b.request(path, fields...))
}

// upload posts a multipart form with a file in the field image.
func (b *browser) upload(path string, file []byte, fields ...string) seen {
	b.t.Helper()
	name := ""
	if file != nil {
		name = "photo.png"
	}
	return b.uploadFile(path, "image", name, file, fields...)
}

// uploadFile posts a multipart form with a file.
func (b *browser) uploadFile(path, field, name string, file []byte, fields ...string) seen {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			b.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.send(r)
}

func (b *browser) join(name string) {
	b.t.Helper()
	if p := b.post("/join", "username", name, "password", "popcorn-and-tea", "age", "30", "gender", "female"); p.status != 200 || p.path != "/" {
		b.t.Fatalf("join: %d %s\n%s", p.status, p.path, p.body)
	}
}

// token returns the access token in the cookies.
func (b *browser) token() string {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == auth.AccessCookie {
			return c.Value
		}
	}
	b.t.Fatal("the browser is not signed in")
	return ""
}

// has fails the test unless the page has the status and contains every text.
func (p seen) has(t *testing.T, status int, texts ...string) seen {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s: status %d, want %d\n%.3000s", p.path, p.status, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("%s does not show %q", p.path, text)
		}
	}
	return p
}

func (p seen) hasNot(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("%s shows %q", p.path, text)
		}
	}
}

func testImage(t *testing.T) []byte { return imageOf(t, 30, 45) }

func imageOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func addFilm(t *testing.T, a *app.App, by int64, title string) int64 {
	t.Helper()
	m, err := a.Movies.Create(t.Context(), by, movie.Draft{Title: title, Playtime: 90, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}
