package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

func requestID(c *gin.Context) {
	id := c.GetHeader("X-Request-ID")
	if !saneID(id) {
		id = rand.Text()
	}
	visitOf(c).requestID = id
	c.Header("X-Request-ID", id)
	c.Next()
}

// saneID matches [A-Za-z0-9._-]{1,128}.
func saneID(s string) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
		default:
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 128
}

// accessLog writes one line per request and feeds the metrics. The path is the route's pattern:
// what a client put into it or into the query stays out of the log.
func accessLog(o Options) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		took, status, route := time.Since(start), c.Writer.Status(), c.FullPath()
		if route == "" {
			route = "unmatched"
		}
		if o.Observe != nil {
			o.Observe(route, c.Request.Method, status, took.Seconds())
		}
		if !o.Log.Enabled(c.Request.Context(), slog.LevelInfo) && status < http.StatusInternalServerError {
			return
		}
		attrs := []slog.Attr{
			slog.String("request_id", RequestID(c)),
			slog.String("method", c.Request.Method),
			slog.String("route", route),
			slog.Int("status", status),
			slog.Float64("duration_ms", float64(took.Microseconds())/1000),
			slog.Int("bytes", max(0, c.Writer.Size())),
			slog.String("ip", ClientIP(c)),
		}
		if id := visitOf(c).viewerID; id != 0 {
			attrs = append(attrs, slog.Int64("user_id", id))
		}
		level := slog.LevelInfo
		if last := c.Errors.Last(); last != nil && status >= http.StatusInternalServerError {
			level = slog.LevelError
			if status == http.StatusServiceUnavailable {
				level = slog.LevelWarn // load, or a part that is down: the request is not at fault, nor is the code
			}
			attrs = append(attrs, slog.String("error", last.Err.Error()))
		}
		o.Log.LogAttrs(c.Request.Context(), level, "request", attrs...)
	}
}

// recovery turns a panic into a logged 500 and keeps the process alive.
func recovery(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http's own way to cut a connection
			}
			log.Error("panic", "request_id", RequestID(c), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			Fail(c, fmt.Errorf("panic: %v", p))
		}()
		c.Next()
	}
}
