package web

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// DefaultInFlight is the number of handlers that may run at the same time.
const DefaultInFlight = 512

// requestsPerSlot is the number of open requests per slot. Those without a slot are reading their bodies or writing
// their responses.
const requestsPerSlot = 8

// slotTimeout is how long a request waits for a slot.
const slotTimeout = time.Second

// slot is a permit of the in-flight semaphore. A request holds it while its handler runs and releases it while reading the
// body or writing the response, so that slow clients occupy connections but no slots.
type slot struct {
	semaphore chan struct{} // holds one value per taken slot; nil for an unlimited number
	held      bool
}

// acquire waits up to slotTimeout and reports whether the slot is held.
func (s *slot) acquire(ctx context.Context) bool {
	s.held = s.held || s.semaphore == nil || acquire(ctx, s.semaphore)
	return s.held
}

func (s *slot) release() {
	if s.held && s.semaphore != nil {
		<-s.semaphore
	}
	s.held = false
}

// inFlight bounds the number of running handlers and of open requests, so that an overload cannot exhaust memory. A
// request that gets no slot in time gets the error busy. A WebSocket counts until its upgrade is complete.
func inFlight(n int) gin.HandlerFunc {
	all, working := make(chan struct{}, requestsPerSlot*n), make(chan struct{}, n)
	return func(c *gin.Context) {
		if !acquire(c.Request.Context(), all) {
			Fail(c, apperr.ErrBusy.After(time.Second))
			return
		}
		defer func() { <-all }()
		r := requestOf(c)
		r.slot.semaphore = working
		if !r.slot.acquire(c.Request.Context()) {
			Fail(c, apperr.ErrBusy.After(time.Second))
			return
		}
		defer r.slot.release()
		c.Next()
	}
}

func acquire(ctx context.Context, semaphore chan struct{}) bool {
	select {
	case semaphore <- struct{}{}:
		return true
	default:
	}
	timeout := time.NewTimer(slotTimeout)
	defer timeout.Stop()
	select {
	case semaphore <- struct{}{}:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return false
}

// reacquire takes the slot back after the body was read, before any work is done with it.
func reacquire(c *gin.Context) error {
	if !requestOf(c).slot.acquire(c.Request.Context()) {
		return apperr.ErrBusy.After(time.Second)
	}
	return nil
}
