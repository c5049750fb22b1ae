package web

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

var errBroken = errors.New("the store is down")

// streaming returns a server with a stream that breaks after some bytes.
func streaming(t *testing.T, bytes int) *httptest.Server {
	t.Helper()
	origin, err := NewOrigin("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := NewEngine(Options{Log: slog.New(slog.DiscardHandler), Origin: origin})
	stream := Handle(func(c *gin.Context) error {
		c.Header("Content-Disposition", "attachment")
		return Stream(c, "application/zip", func(w io.Writer) error {
			if _, err := io.WriteString(w, strings.Repeat("x", bytes)); err != nil {
				return err
			}
			return errBroken
		})
	})
	e.GET("/", stream)
	e.HEAD("/", stream)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return server
}

func fetch(t *testing.T, method, url string) (status int, h http.Header, text string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, string(body), err
}

func TestAStreamThatBreaksCutsTheConnection(t *testing.T) {
	t.Parallel()
	status, _, body, err := fetch(t, http.MethodGet, streaming(t, 10*streamBuffer).URL)
	if status != http.StatusOK || err == nil {
		t.Errorf("status %d, %d bytes, error %v: the client takes the part for the whole", status, len(body), err)
	}
}

func TestAStreamThatBreaksAtOnceIsAProblem(t *testing.T) {
	t.Parallel()
	status, h, body, err := fetch(t, http.MethodGet, streaming(t, 10).URL)
	if err != nil || status != http.StatusInternalServerError || !strings.Contains(body, `"internal"`) || strings.Contains(body, "xxx") {
		t.Errorf("status %d, error %v: %s", status, err, body)
	}
	if h.Get("Content-Disposition") != "" || h.Get("Content-Type") != "application/problem+json" {
		t.Errorf("headers %v", h)
	}
}

func TestHeadOfAStreamWritesNothing(t *testing.T) {
	t.Parallel()
	status, h, body, err := fetch(t, http.MethodHead, streaming(t, 10*streamBuffer).URL)
	if err != nil || status != http.StatusOK || body != "" || h.Get("Content-Type") != "application/zip" {
		t.Errorf("status %d, error %v: %q %v", status, err, body, h)
	}
}
