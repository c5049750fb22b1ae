package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/web"
)

type benchFilm struct {
	Title    string      `json:"title" binding:"required,max=255"`
	Plot     *string     `json:"plot" binding:"required,max=10000"`
	Cast     []benchCast `json:"cast" binding:"required,max=100,dive"`
	Playtime int64       `json:"playtime" binding:"required,min=1,max=6000"`
	Genre    string      `json:"genre" binding:"required,oneof=Drama Comedy"`
}

type benchCast struct {
	Name string  `json:"name" binding:"required,max=255"`
	Role *string `json:"role" binding:"omitempty,max=255"`
	Age  *int64  `json:"age" binding:"omitempty,min=1,max=150"`
}

type benchReview struct {
	MovieID int64  `formData:"movie_id" binding:"required"`
	Title   string `formData:"title" binding:"required,max=50"`
	Content string `formData:"content" binding:"required,max=10000"`
}

var benchFilmJSON = `{"title": "기생충", "plot": "` + strings.Repeat("A family. ", 40) + `", "cast": [` +
	strings.Repeat(`{"name": "송강호", "role": "기택", "age": 57},`, 9) + `{"name": "이선균"}], "playtime": 132, "genre": "Drama"}`

// BenchmarkRequest measures the whole path of a request through the engine but for the network.
func BenchmarkRequest(b *testing.B) {
	o, err := web.NewOrigin("", nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	engine := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Origin: o})
	engine.GET("/films/:movie_id", web.Handle(func(c *gin.Context) error { return web.OK(c, benchCast{Name: "송강호"}) }))
	engine.POST("/films", web.Handle(func(c *gin.Context) error {
		var f benchFilm
		if err := web.BindJSON(c, &f); err != nil {
			return err
		}
		return web.NoContent(c)
	}))
	engine.POST("/reviews", web.Handle(func(c *gin.Context) error {
		var f benchReview
		if err := web.BindForm(c, &f, 5<<20); err != nil {
			return err
		}
		return web.NoContent(c)
	}))
	form := "movie_id=7&title=good&content=" + strings.Repeat("Slow+and+lovely.+", 30)
	multipart := "--b\r\nContent-Disposition: form-data; name=\"movie_id\"\r\n\r\n7\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ngood\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nlovely\r\n--b--\r\n"
	for _, r := range []struct{ name, method, target, contentType, body string }{
		{"get", "GET", "/films/7", "", ""},
		{"json", "POST", "/films", "application/json", benchFilmJSON},
		{"form", "POST", "/reviews", "application/x-www-form-urlencoded", form},
		{"multipart", "POST", "/reviews", "multipart/form-data; boundary=b", multipart},
	} {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := httptest.NewRequestWithContext(b.Context(), r.method, r.target, strings.NewReader(r.body))
				req.Header.Set("Content-Type", r.contentType)
				w := httptest.NewRecorder()
				engine.ServeHTTP(w, req)
				if w.Code >= http.StatusBadRequest {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// BenchmarkParseJSON measures the strict decoder alone, including its rules.
func BenchmarkParseJSON(b *testing.B) {
	body := []byte(benchFilmJSON)
	b.ReportAllocs()
	for b.Loop() {
		var f benchFilm
		if err := web.ParseJSON(body, &f); err != nil {
			b.Fatal(err)
		}
	}
}
