package web

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// DefaultInFlight is how many requests are worked on at once before others wait and are turned away.
const DefaultInFlight = 512

// lines is how many requests there may be for each that is worked on: the others are those whose bodies come, or whose
// answers are taken, as slowly as the line is.
const lines = 8

// placeWithin is how long a request waits for a place.
const placeWithin = time.Second

// place is one of those that a request needs while it is worked on. It has none while its body comes and while its answer
// goes: who sends or takes nothing keeps a connection from others, of which there are many, and not a place.
type place struct {
	work chan struct{} // holds one for each request that has a place; nil where there are places for all
	held bool
}

// take waits a moment for a place, and reports whether there is one now.
func (p *place) take(ctx context.Context) bool {
	p.held = p.held || p.work == nil || enter(ctx, p.work)
	return p.held
}

func (p *place) leave() {
	if p.held && p.work != nil {
		<-p.work
	}
	p.held = false
}

// inFlight bounds the requests that are worked on at once, and those that there are: one more waits a moment and is then
// turned away, so that a pile-up cannot exhaust memory. A socket is a request until it is open, and none after.
func inFlight(n int) gin.HandlerFunc {
	all, work := make(chan struct{}, lines*n), make(chan struct{}, n)
	return func(c *gin.Context) {
		if !enter(c.Request.Context(), all) {
			Fail(c, apperr.ErrBusy.After(time.Second))
			return
		}
		defer func() { <-all }()
		v := visitOf(c)
		v.place.work = work
		if !v.place.take(c.Request.Context()) {
			Fail(c, apperr.ErrBusy.After(time.Second))
			return
		}
		defer v.place.leave()
		v.writer = leavingWriter{c.Writer, &v.place}
		c.Writer = &v.writer
		c.Next()
	}
}

func enter(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
	}
	patience := time.NewTimer(placeWithin)
	defer patience.Stop()
	select {
	case places <- struct{}{}:
		return true
	case <-patience.C:
	case <-ctx.Done():
	}
	return false
}

// arrived is called once a body has been read, before anything is done with it.
func arrived(c *gin.Context) error {
	if !visitOf(c).place.take(c.Request.Context()) {
		return apperr.ErrBusy.After(time.Second)
	}
	return nil
}

// leavingWriter gives the place of a request away when its answer begins: all that is left is to write it.
type leavingWriter struct {
	gin.ResponseWriter
	place *place
}

func (w *leavingWriter) Write(b []byte) (int, error) {
	w.place.leave()
	return w.ResponseWriter.Write(b)
}

// WriteString implements io.StringWriter.
func (w *leavingWriter) WriteString(s string) (int, error) {
	w.place.leave()
	return w.ResponseWriter.WriteString(s)
}

// Unwrap is for http.ResponseController.
func (w *leavingWriter) Unwrap() gin.ResponseWriter { return w.ResponseWriter }
