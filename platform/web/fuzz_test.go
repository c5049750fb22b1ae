package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

type fuzzQuery struct {
	web.Paging
	Title string `query:"title" binding:"omitempty,max=5"`
	Age   *int   `query:"age" binding:"omitempty,min=1"`
}

type fuzzForm struct {
	Title string    `formData:"title" binding:"required,max=5"`
	Image *web.File `formData:"image"`
}

type fuzzBody struct {
	Title *string  `json:"title" binding:"required,max=5"`
	Tags  []string `json:"tags" binding:"required,max=3"`
}

// answer sends one request to a route and returns the status, which must not be a 5xx.
func answer(t *testing.T, method, query, contentType string, body []byte, h web.Handler) int {
	t.Helper()
	o, err := web.NewOrigin("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: o})
	engine.Handle(method, "/x", web.Handle(h))
	r := httptest.NewRequestWithContext(t.Context(), method, "/x", bytes.NewReader(body))
	r.URL.RawQuery = query
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Code
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"title=a&limit=3", "age=1", "age=x&age=2", "title=%ff", "title=%00", "cursor=AAAA", "a=%zz", "title=1;2", "Limit=1"} {
		f.Add(seed)
	}
	bind := web.BindTarget(nil, fuzzQuery{})
	f.Fuzz(func(t *testing.T, query string) {
		answer(t, http.MethodGet, query, "", nil, func(c *gin.Context) error {
			if err := bind(c); err != nil {
				return err
			}
			q, p := web.Query[fuzzQuery](c), web.PageOf(c)
			if !utf8.ValidString(q.Title) || utf8.RuneCountInString(q.Title) > 5 || p.Limit < 1 || p.Limit > page.MaxLimit || q.Age != nil && *q.Age < 1 {
				t.Fatalf("accepted %+v %+v", q, p)
			}
			return web.NoContent(c)
		})
	})
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "AAAAAAAAAAA", "CjeUtsoX8Kh7ImkiOjJ9", "....", "e30"} {
		f.Add(seed)
	}
	bind := web.BindTarget(nil, fuzzQuery{})
	f.Fuzz(func(t *testing.T, cursor string) {
		answer(t, http.MethodGet, "cursor="+url.QueryEscape(cursor), "", nil, func(c *gin.Context) error {
			if err := bind(c); err != nil {
				return err
			}
			if p := web.PageOf(c); p.After != nil && !utf8.ValidString(p.After.Text) {
				t.Fatalf("accepted %+v", p.After)
			}
			return web.NoContent(c)
		})
	})
}

func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nxyz\r\n--b--"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"title\"\r\n"))
	f.Add([]byte("--b--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		answer(t, http.MethodPost, "", "multipart/form-data; boundary=b", body, func(c *gin.Context) error {
			var form fuzzForm
			if err := web.BindForm(c, &form, 64); err != nil {
				return err
			}
			if form.Title == "" || !utf8.ValidString(form.Title) || form.Image != nil && len(form.Image.Data) > 64 {
				t.Fatalf("accepted %+v", form)
			}
			return web.NoContent(c)
		})
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"title":"a","tags":[]}`, `{"title":null}`, `[]`, `{"title":"\ud800","tags":[]}`, `{"title":"a","title":"b","tags":["x"]}`, `{"TITLE":"a"}`, "{}{}", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		answer(t, http.MethodPost, "", "application/json", body, func(c *gin.Context) error {
			var b fuzzBody
			if err := web.BindJSON(c, &b); err != nil {
				return err
			}
			if b.Title == nil || b.Tags == nil || len(b.Tags) > 3 || utf8.RuneCountInString(*b.Title) > 5 || !utf8.Valid(body) {
				t.Fatalf("accepted %s", body)
			}
			return web.NoContent(c)
		})
	})
}
