package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// observed collects what an engine reports of its requests.
type observed struct {
	statuses chan string // of the metrics, with their routes
	logged   chan string // lines of the access log
}

// Write takes a line of the log.
func (o *observed) Write(b []byte) (int, error) {
	if line := string(b); strings.Contains(line, "msg=request") {
		o.logged <- line
	}
	return len(b), nil
}

// TestAClientThatLeavesIsNoServerError disconnects while a request is worked on, at each layer. The metrics and the log say
// 499, and the log says it as information.
func TestAClientThatLeavesIsNoServerError(t *testing.T) {
	t.Parallel()
	seen := &observed{statuses: make(chan string, 16), logged: make(chan string, 16)}
	entered := make(chan struct{}, 16)
	engine := web.NewEngine(web.Options{
		Log: slog.New(slog.NewTextHandler(seen, nil)), Origin: origin(t, "", nil, nil), MaxInFlight: 1,
		Observe: func(route, _ string, status int, _ float64) { seen.statuses <- fmt.Sprintf("%s %d", route, status) },
	})
	for path, err := range map[string]error{
		"/context":     context.Canceled,
		"/wrapped":     fmt.Errorf("read a row: %w", context.Canceled),
		"/interrupted": errors.New("interrupted (9)"), // as SQLite says it
		"/busy":        apperr.ErrBusy.After(time.Second),
		"/unavailable": apperr.ErrUnavailable,
		"/deadline":    context.DeadlineExceeded,
	} {
		engine.GET(path, web.Handle(func(c *gin.Context) error {
			entered <- struct{}{}
			<-c.Request.Context().Done()
			return err
		}))
	}
	engine.GET("/large", func(c *gin.Context) {
		entered <- struct{}{}
		for range 1 << 10 {
			if _, err := c.Writer.Write(make([]byte, 1<<20)); err != nil {
				web.Fail(c, err)
				return
			}
		}
	})
	engine.POST("/json", web.Handle(func(c *gin.Context) error {
		entered <- struct{}{}
		var b slowJSON
		return web.BindJSON(c, &b)
	}))
	address := serve(t, &http.Server{Handler: engine}, web.Patience)
	for _, raw := range []string{
		"GET /context", "GET /wrapped", "GET /interrupted", "GET /busy", "GET /unavailable", "GET /deadline", "GET /large",
		"POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
		"POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
	} {
		target := strings.Fields(raw)[1]
		c := dial(t, address)
		if !strings.Contains(raw, "HTTP/1.1") {
			raw += " HTTP/1.1\r\nHost: x\r\n\r\n"
		}
		if _, err := io.WriteString(c, raw); err != nil {
			t.Fatal(err)
		}
		<-entered
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if got := <-seen.statuses; got != target+" 499" {
			t.Errorf("counted %q, want %q", got, target+" 499")
		}
		if line := <-seen.logged; !strings.Contains(line, "status=499") || !strings.Contains(line, "level=INFO") {
			t.Error(line)
		}
	}
}

// TestAWaitThatAClientEndsIsNoServerError leaves the queue for a slot.
func TestAWaitThatAClientEndsIsNoServerError(t *testing.T) {
	t.Parallel()
	statuses := make(chan int, 2)
	engine := web.NewEngine(web.Options{
		Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil), MaxInFlight: 1,
		Observe: func(_, _ string, status int, _ float64) { statuses <- status },
	})
	entered, release := make(chan struct{}), make(chan struct{})
	engine.GET("/held", func(*gin.Context) {
		entered <- struct{}{}
		<-release
	})
	wait := func(ctx context.Context) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/held", http.NoBody)
		if err != nil {
			t.Error(err)
			return
		}
		engine.ServeHTTP(httptest.NewRecorder(), r)
	}
	var wg sync.WaitGroup
	wg.Go(func() { wait(t.Context()) })
	<-entered
	gone, leave := context.WithCancel(t.Context())
	leave()
	wait(gone)
	if got := <-statuses; got != 499 {
		t.Errorf("left in the queue: status %d, want 499", got)
	}
	close(release)
	wg.Wait()
	if got := <-statuses; got != http.StatusOK {
		t.Errorf("stayed: status %d, want 200", got)
	}
}

// TestAnAnswerKeepsItsStatusWhenTheClientLeaves has done what was asked for, or panicked, before it is known that nobody
// waits for it.
func TestAnAnswerKeepsItsStatusWhenTheClientLeaves(t *testing.T) {
	t.Parallel()
	for _, want := range []int{http.StatusCreated, http.StatusConflict, http.StatusInternalServerError} {
		var got int
		engine := web.NewEngine(web.Options{
			Log: slog.New(slog.DiscardHandler), Origin: origin(t, "", nil, nil),
			Observe: func(_, _ string, status int, _ float64) { got = status },
		})
		ctx, leave := context.WithCancel(t.Context())
		engine.POST("/x", func(c *gin.Context) {
			leave()
			if want == http.StatusInternalServerError {
				panic("planted")
			}
			c.String(want, "done")
		})
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/x", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		engine.ServeHTTP(httptest.NewRecorder(), r)
		if got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
}
