package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// statusClientGone is the status in the log and the metrics of a request whose client left before it had the response. It
// is that of nginx, and is never sent.
const statusClientGone = 499

// accessLog writes one line per request and feeds the metrics. It logs the pattern of the route and never the path or the
// query, which contain what the client wrote.
func accessLog(o Options) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		took, status, route := time.Since(start), loggedStatus(c), c.FullPath()
		if route == "" {
			route = "unmatched"
		}
		if o.Observe != nil {
			o.Observe(route, c.Request.Method, status, took.Seconds())
		}
		level, last := slog.LevelInfo, c.Errors.Last()
		foreign := last != nil && errors.Is(last.Err, ErrCrossOrigin)
		if !o.Log.Enabled(c.Request.Context(), slog.LevelInfo) && status < http.StatusInternalServerError && !foreign {
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
		if id := requestOf(c).viewerID; id != 0 {
			attrs = append(attrs, slog.Int64("user_id", id))
		}
		if foreign { // a proxy that changes the Host has every sign-in refused
			level = slog.LevelWarn
			attrs = append(attrs, slog.String("origin", shorten(c.GetHeader("Origin"))), slog.String("host", shorten(c.Request.Host)),
				slog.String("cure", "if this is the address of your pages, set server.public_url to it; if another program of yours, server.allowed_origins"))
		}
		if last != nil && status >= statusClientGone {
			switch status {
			case statusClientGone:
			case http.StatusServiceUnavailable:
				level = slog.LevelWarn // overload or a dependency that is down, not a fault of the code
			default:
				level = slog.LevelError
			}
			attrs = append(attrs, slog.String("error", last.Err.Error()))
		}
		o.Log.LogAttrs(c.Request.Context(), level, "request", attrs...)
	}
}

// shorten returns the beginning of a header for the log.
func shorten(s string) string { return s[:min(len(s), 256)] }

// loggedStatus returns the status of the response, or statusClientGone. Whatever failed after the client had left, from the
// wait for a slot to a query of the database, failed because of that. A panic is a fault of the code at any rate.
func loggedStatus(c *gin.Context) int {
	r, status := requestOf(c), c.Writer.Status()
	gone := errors.Is(c.Request.Context().Err(), context.Canceled) // net/http cancels it when the client disconnects or a write fails
	switch {
	case r.arriving != nil && r.arriving.cut,
		gone && r.writer.failed,
		gone && status >= http.StatusInternalServerError && !r.panicked:
		return statusClientGone
	}
	return status
}

// recovery turns a panic into a 500 and logs it.
func recovery(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http cuts the connection
			}
			requestOf(c).panicked = true
			log.Error("panic", "request_id", RequestID(c), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			Fail(c, fmt.Errorf("panic: %v", p))
		}()
		c.Next()
	}
}
